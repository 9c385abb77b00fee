CREATE TABLE goose_db_version (
		id INTEGER PRIMARY KEY AUTOINCREMENT,
		version_id INTEGER NOT NULL,
		is_applied INTEGER NOT NULL,
		tstamp TIMESTAMP DEFAULT (datetime('now'))
	);
INSERT INTO "goose_db_version" VALUES (1, 0, 1, '2026-11-25 19:07:30');
INSERT INTO "goose_db_version" VALUES (2, 1, 1, '2026-11-25 19:07:30');
INSERT INTO "goose_db_version" VALUES (3, 2, 1, '2026-11-25 19:07:30');
INSERT INTO "goose_db_version" VALUES (4, 3, 1, '2026-11-25 19:07:30');
INSERT INTO "goose_db_version" VALUES (5, 4, 1, '2026-11-25 19:07:30');
INSERT INTO "goose_db_version" VALUES (6, 5, 1, '2026-11-25 19:07:30');
CREATE TABLE catalog_state (
    id      integer NOT NULL PRIMARY KEY CHECK (id = 1),
    version integer NOT NULL
);
INSERT INTO "catalog_state" VALUES (1, 2);
CREATE TABLE apps (
    id        text    NOT NULL PRIMARY KEY,
    vendor_id text    NOT NULL UNIQUE,
    code      text    NOT NULL,
    name      text    NOT NULL,
    claimable boolean NOT NULL
);
INSERT INTO "apps" VALUES ('019cd85e-893b-774f-925f-8094ebe9e88a', 'a03b84ec-9cf9-4e28-8793-3402a801d93d', 'TEAMS1', 'App TEAMS1', 1);
INSERT INTO "apps" VALUES ('019cd85e-893b-774f-bcad-601f19defa18', 'f0e5ee09-dd8b-4e00-b8bd-47c0bc6a5ae7', 'MAIL', 'App MAIL', 1);
INSERT INTO "apps" VALUES ('019cd85e-893b-774f-8eb2-c38568641e9b', 'd0541516-0e08-4f41-afc6-007cd8440e72', 'VOICE', 'App VOICE', 0);
INSERT INTO "apps" VALUES ('019cd85e-893b-774f-8c5d-8adeb26762f3', 'deaac91a-c924-46e4-91af-9210c9890b83', 'SKETCH', 'App SKETCH', 0);
CREATE TABLE products (
    id        text NOT NULL PRIMARY KEY,
    vendor_id text NOT NULL UNIQUE,
    code      text NOT NULL,
    name      text NOT NULL
);
INSERT INTO "products" VALUES ('019cd85e-893b-774f-971b-bf295aa8c4c6', '237eb454-b263-48bd-a876-fb95d89b34d5', 'E5', 'Product E5');
INSERT INTO "products" VALUES ('019cd85e-893b-774f-9a3d-27a223f94dea', 'c294a588-31c9-481a-8fc9-0031cf248853', 'E3', 'Product E3');
INSERT INTO "products" VALUES ('019cd85e-893b-774f-a554-c4ac3f7bee4c', '1e1b79bb-f96b-4530-8f98-f6d3b4e14823', 'E1', 'Product E1');
INSERT INTO "products" VALUES ('019cd85e-893b-774f-ab6b-ad9a95f2a101', 'a4fbfd02-2691-4100-8403-e6ac21570d2b', 'F1', 'Product F1');
INSERT INTO "products" VALUES ('019cd85e-893b-774f-b966-7651e25589bc', 'd95bfd61-b01a-4e53-8c57-b074cebe03db', 'BASIC', 'Product BASIC');
INSERT INTO "products" VALUES ('019cd85e-893b-774f-a26f-1f97e1a32e72', '596aaad4-ad4a-42f7-9972-b64671eb2efc', 'DRAW', 'Product DRAW');
CREATE TABLE product_apps (
    product_id text NOT NULL REFERENCES products (id),
    app_id     text NOT NULL REFERENCES apps (id),
    PRIMARY KEY (product_id, app_id)
);
INSERT INTO "product_apps" VALUES ('019cd85e-893b-774f-971b-bf295aa8c4c6', '019cd85e-893b-774f-925f-8094ebe9e88a');
INSERT INTO "product_apps" VALUES ('019cd85e-893b-774f-971b-bf295aa8c4c6', '019cd85e-893b-774f-bcad-601f19defa18');
INSERT INTO "product_apps" VALUES ('019cd85e-893b-774f-971b-bf295aa8c4c6', '019cd85e-893b-774f-8eb2-c38568641e9b');
INSERT INTO "product_apps" VALUES ('019cd85e-893b-774f-9a3d-27a223f94dea', '019cd85e-893b-774f-925f-8094ebe9e88a');
INSERT INTO "product_apps" VALUES ('019cd85e-893b-774f-9a3d-27a223f94dea', '019cd85e-893b-774f-bcad-601f19defa18');
INSERT INTO "product_apps" VALUES ('019cd85e-893b-774f-9a3d-27a223f94dea', '019cd85e-893b-774f-8eb2-c38568641e9b');
INSERT INTO "product_apps" VALUES ('019cd85e-893b-774f-a554-c4ac3f7bee4c', '019cd85e-893b-774f-925f-8094ebe9e88a');
INSERT INTO "product_apps" VALUES ('019cd85e-893b-774f-a554-c4ac3f7bee4c', '019cd85e-893b-774f-bcad-601f19defa18');
INSERT INTO "product_apps" VALUES ('019cd85e-893b-774f-ab6b-ad9a95f2a101', '019cd85e-893b-774f-925f-8094ebe9e88a');
INSERT INTO "product_apps" VALUES ('019cd85e-893b-774f-ab6b-ad9a95f2a101', '019cd85e-893b-774f-bcad-601f19defa18');
INSERT INTO "product_apps" VALUES ('019cd85e-893b-774f-b966-7651e25589bc', '019cd85e-893b-774f-925f-8094ebe9e88a');
INSERT INTO "product_apps" VALUES ('019cd85e-893b-774f-a26f-1f97e1a32e72', '019cd85e-893b-774f-8c5d-8adeb26762f3');
CREATE TABLE tenants (
    id                 text     NOT NULL PRIMARY KEY,
    name               text     NOT NULL,
    name_key           text     NOT NULL UNIQUE,
    external_id        text     NOT NULL UNIQUE,
    auto_claim_enabled boolean  NOT NULL,
    config_version     integer  NOT NULL,
    created_at         datetime NOT NULL
, time_zone text NOT NULL DEFAULT 'UTC', fold_external_ids boolean NOT NULL DEFAULT false, deleted_at datetime);
INSERT INTO "tenants" VALUES ('019cd85e-893b-774f-bfda-c12095b9e882', 'acme', 'acme', 'acme-external', 1, 4, '2026-03-10 15:30:00.123456+00:00', 'UTC', 0, NULL);
INSERT INTO "tenants" VALUES ('019cd85e-893b-774f-b728-6406d0d53dc0', 'other', 'other', 'other-external', 1, 5, '2026-03-10 15:30:00.123456+00:00', 'UTC', 0, NULL);
CREATE TABLE license_pools (
    tenant_id  text    NOT NULL REFERENCES tenants (id),
    product_id text    NOT NULL REFERENCES products (id),
    total      integer NOT NULL CHECK (total >= 0),
    assigned   integer NOT NULL CHECK (assigned >= 0),
    PRIMARY KEY (tenant_id, product_id)
);
INSERT INTO "license_pools" VALUES ('019cd85e-893b-774f-bfda-c12095b9e882', '019cd85e-893b-774f-9a3d-27a223f94dea', 2, 2);
INSERT INTO "license_pools" VALUES ('019cd85e-893b-774f-bfda-c12095b9e882', '019cd85e-893b-774f-a554-c4ac3f7bee4c', 1, 1);
INSERT INTO "license_pools" VALUES ('019cd85e-893b-774f-bfda-c12095b9e882', '019cd85e-893b-774f-ab6b-ad9a95f2a101', 0, 0);
INSERT INTO "license_pools" VALUES ('019cd85e-893b-774f-b728-6406d0d53dc0', '019cd85e-893b-774f-b966-7651e25589bc', 3, 1);
CREATE TABLE subscriptions (
    tenant_id  text     NOT NULL,
    id         text     NOT NULL,
    product_id text     NOT NULL,
    quantity   integer  NOT NULL CHECK (quantity > 0),
    status     text     NOT NULL CHECK (status IN ('ACTIVE', 'WARNING', 'SUSPENDED', 'CANCELED')),
    created_at datetime NOT NULL,
    updated_at datetime NOT NULL,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, product_id) REFERENCES license_pools (tenant_id, product_id)
);
INSERT INTO "subscriptions" VALUES ('019cd85e-893b-774f-bfda-c12095b9e882', '019cd85e-893b-774b-9318-8ed2a7967b14', '019cd85e-893b-774f-9a3d-27a223f94dea', 2, 'ACTIVE', '2026-03-10 15:30:00.123456+00:00', '2026-03-10 15:30:00.123456+00:00');
INSERT INTO "subscriptions" VALUES ('019cd85e-893b-774f-bfda-c12095b9e882', '019cd85e-893b-774b-96de-8955b821bf26', '019cd85e-893b-774f-a554-c4ac3f7bee4c', 1, 'ACTIVE', '2026-03-10 15:30:00.123456+00:00', '2026-03-10 15:30:00.123456+00:00');
INSERT INTO "subscriptions" VALUES ('019cd85e-893b-774f-bfda-c12095b9e882', '019cd85e-893b-774b-9afd-721f3062ec1d', '019cd85e-893b-774f-ab6b-ad9a95f2a101', 7, 'SUSPENDED', '2026-03-10 15:30:00.123456+00:00', '2026-03-10 15:30:00.123456+00:00');
INSERT INTO "subscriptions" VALUES ('019cd85e-893b-774f-b728-6406d0d53dc0', '019cdd84-e53b-774b-9365-17a696f81c91', '019cd85e-893b-774f-b966-7651e25589bc', 3, 'ACTIVE', '2026-03-11 15:30:00.123456+00:00', '2026-03-11 15:30:00.123456+00:00');
CREATE TABLE users (
    tenant_id       text     NOT NULL REFERENCES tenants (id),
    id              text     NOT NULL,
    external_id     text     NOT NULL,
    display_name    text     NOT NULL,
    email           text     NOT NULL,
    search_key      text     NOT NULL,
    blocked_at      datetime ,
    last_sign_in_at datetime ,
    created_at      datetime NOT NULL, folded_id text,
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, external_id)
);
INSERT INTO "users" VALUES ('019cd85e-893b-774f-bfda-c12095b9e882', '019cd85e-893b-774b-aa11-6d20a9e0f7f8', 'ann', 'Ann Änder', 'ann@example.com', 'ann änder
ann@example.com
ann', '2026-03-11 15:30:00.123456+00:00', '2026-03-10 15:30:00.123456+00:00', '2026-03-10 15:30:00.123456+00:00', NULL);
INSERT INTO "users" VALUES ('019cd85e-893b-774f-bfda-c12095b9e882', '019cd85e-893b-774b-998f-1841df68915a', 'o''hara', '', '', '

o''hara', NULL, '2026-03-11 15:30:00.123456+00:00', '2026-03-10 15:30:00.123456+00:00', NULL);
INSERT INTO "users" VALUES ('019cd85e-893b-774f-bfda-c12095b9e882', '019cd85e-893b-774b-a05f-1c2320d57190', 'bob', '', '', '

bob', NULL, '2026-03-10 15:30:00.123456+00:00', '2026-03-10 15:30:00.123456+00:00', NULL);
INSERT INTO "users" VALUES ('019cd85e-893b-774f-bfda-c12095b9e882', '019cdd84-e53b-774b-b43e-e2aefb66ad81', 'dan', '', '', '

dan', NULL, '2026-03-11 15:30:00.123456+00:00', '2026-03-11 15:30:00.123456+00:00', NULL);
INSERT INTO "users" VALUES ('019cd85e-893b-774f-b728-6406d0d53dc0', '019cdd84-e53b-774b-aa5f-d30188d6cb9b', 'ann', '', '', '

ann', NULL, '2026-03-11 15:30:00.123456+00:00', '2026-03-11 15:30:00.123456+00:00', NULL);
CREATE TABLE policies (
    tenant_id  text     NOT NULL REFERENCES tenants (id),
    id         text     NOT NULL,
    name       text     NOT NULL,
    name_key   text     NOT NULL,
    app_id     text     NOT NULL REFERENCES apps (id),
    enabled    boolean  NOT NULL,
    version    integer  NOT NULL,
    created_at datetime NOT NULL,
    updated_at datetime NOT NULL,
    deleted_at datetime ,
    PRIMARY KEY (tenant_id, id)
);
INSERT INTO "policies" VALUES ('019cd85e-893b-774f-bfda-c12095b9e882', '019cd85e-893b-774b-aac4-55ea0eab7d85', 'Teams', 'teams', '019cd85e-893b-774f-925f-8094ebe9e88a', 1, 2, '2026-03-10 15:30:00.123456+00:00', '2026-03-10 15:30:00.123456+00:00', NULL);
INSERT INTO "policies" VALUES ('019cd85e-893b-774f-b728-6406d0d53dc0', '019cdd84-e53b-774b-b4af-5cde4455ca7e', 'Old', 'old', '019cd85e-893b-774f-925f-8094ebe9e88a', 1, 2, '2026-03-11 15:30:00.123456+00:00', '2026-03-11 15:30:00.123456+00:00', '2026-03-11 15:30:00.123456+00:00');
INSERT INTO "policies" VALUES ('019cd85e-893b-774f-b728-6406d0d53dc0', '019cdd84-e53b-774b-a2d3-6abd6f9ad05d', 'New', 'new', '019cd85e-893b-774f-925f-8094ebe9e88a', 1, 1, '2026-03-11 15:30:00.123456+00:00', '2026-03-11 15:30:00.123456+00:00', NULL);
CREATE TABLE policy_products (
    tenant_id  text    NOT NULL,
    policy_id  text    NOT NULL,
    position   integer NOT NULL CHECK (position BETWEEN 0 AND 4),
    product_id text    NOT NULL,
    apps_off   text    NOT NULL,
    PRIMARY KEY (tenant_id, policy_id, position),
    UNIQUE (tenant_id, policy_id, product_id),
    FOREIGN KEY (tenant_id, policy_id) REFERENCES policies (tenant_id, id),
    FOREIGN KEY (tenant_id, product_id) REFERENCES license_pools (tenant_id, product_id)
);
INSERT INTO "policy_products" VALUES ('019cd85e-893b-774f-bfda-c12095b9e882', '019cd85e-893b-774b-aac4-55ea0eab7d85', 0, '019cd85e-893b-774f-9a3d-27a223f94dea', '["019cd85e-893b-774f-8eb2-c38568641e9b"]');
INSERT INTO "policy_products" VALUES ('019cd85e-893b-774f-bfda-c12095b9e882', '019cd85e-893b-774b-aac4-55ea0eab7d85', 1, '019cd85e-893b-774f-a554-c4ac3f7bee4c', '[]');
INSERT INTO "policy_products" VALUES ('019cd85e-893b-774f-b728-6406d0d53dc0', '019cdd84-e53b-774b-b4af-5cde4455ca7e', 0, '019cd85e-893b-774f-b966-7651e25589bc', '[]');
INSERT INTO "policy_products" VALUES ('019cd85e-893b-774f-b728-6406d0d53dc0', '019cdd84-e53b-774b-a2d3-6abd6f9ad05d', 0, '019cd85e-893b-774f-b966-7651e25589bc', '[]');
CREATE TABLE licenses (
    tenant_id   text     NOT NULL,
    id          text     NOT NULL,
    user_id     text     NOT NULL,
    product_id  text     NOT NULL,
    source      text     NOT NULL CHECK (source IN ('DIRECT', 'AUTO_CLAIM')),
    policy_id   text,
    apps_off    text     NOT NULL,
    assigned_at datetime NOT NULL,
    removed_at  datetime ,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, user_id) REFERENCES users (tenant_id, id),
    FOREIGN KEY (tenant_id, product_id) REFERENCES license_pools (tenant_id, product_id),
    FOREIGN KEY (tenant_id, policy_id) REFERENCES policies (tenant_id, id),
    CHECK ((source = 'AUTO_CLAIM') = (policy_id IS NOT NULL))
);
INSERT INTO "licenses" VALUES ('019cd85e-893b-774f-bfda-c12095b9e882', '019cd85e-893b-774b-a785-8dfd0bb0b5b6', '019cd85e-893b-774b-aa11-6d20a9e0f7f8', '019cd85e-893b-774f-9a3d-27a223f94dea', 'AUTO_CLAIM', '019cd85e-893b-774b-aac4-55ea0eab7d85', '["019cd85e-893b-774f-8eb2-c38568641e9b"]', '2026-03-10 15:30:00.123456+00:00', '2026-03-11 15:30:00.123456+00:00');
INSERT INTO "licenses" VALUES ('019cd85e-893b-774f-bfda-c12095b9e882', '019cd85e-893b-774b-b59e-63bba3d5a0f9', '019cd85e-893b-774b-a05f-1c2320d57190', '019cd85e-893b-774f-9a3d-27a223f94dea', 'AUTO_CLAIM', '019cd85e-893b-774b-aac4-55ea0eab7d85', '["019cd85e-893b-774f-8eb2-c38568641e9b"]', '2026-03-10 15:30:00.123456+00:00', NULL);
INSERT INTO "licenses" VALUES ('019cd85e-893b-774f-bfda-c12095b9e882', '019cdd84-e53b-774b-b83c-df6266e9affc', '019cd85e-893b-774b-998f-1841df68915a', '019cd85e-893b-774f-a554-c4ac3f7bee4c', 'AUTO_CLAIM', '019cd85e-893b-774b-aac4-55ea0eab7d85', '[]', '2026-03-11 15:30:00.123456+00:00', NULL);
INSERT INTO "licenses" VALUES ('019cd85e-893b-774f-bfda-c12095b9e882', '019cdd84-e53b-774b-acee-387a93dec754', '019cdd84-e53b-774b-b43e-e2aefb66ad81', '019cd85e-893b-774f-9a3d-27a223f94dea', 'DIRECT', NULL, '[]', '2026-03-11 15:30:00.123456+00:00', NULL);
INSERT INTO "licenses" VALUES ('019cd85e-893b-774f-b728-6406d0d53dc0', '019cdd84-e53b-774b-961d-7482f62099a3', '019cdd84-e53b-774b-aa5f-d30188d6cb9b', '019cd85e-893b-774f-b966-7651e25589bc', 'AUTO_CLAIM', '019cdd84-e53b-774b-b4af-5cde4455ca7e', '[]', '2026-03-11 15:30:00.123456+00:00', NULL);
CREATE TABLE claims (
    tenant_id  text     NOT NULL,
    id         text     NOT NULL,
    user_id    text     NOT NULL,
    policy_id  text     NOT NULL,
    app_id     text     NOT NULL REFERENCES apps (id),
    product_id text     NOT NULL,
    license_id text     NOT NULL,
    position   integer  NOT NULL CHECK (position BETWEEN 0 AND 4),
    claimed_at datetime NOT NULL,
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, license_id),
    FOREIGN KEY (tenant_id, user_id) REFERENCES users (tenant_id, id),
    FOREIGN KEY (tenant_id, policy_id) REFERENCES policies (tenant_id, id),
    FOREIGN KEY (tenant_id, product_id) REFERENCES license_pools (tenant_id, product_id),
    FOREIGN KEY (tenant_id, license_id) REFERENCES licenses (tenant_id, id)
);
INSERT INTO "claims" VALUES ('019cd85e-893b-774f-bfda-c12095b9e882', '019cd85e-893b-774b-a268-be676666ed0b', '019cd85e-893b-774b-aa11-6d20a9e0f7f8', '019cd85e-893b-774b-aac4-55ea0eab7d85', '019cd85e-893b-774f-925f-8094ebe9e88a', '019cd85e-893b-774f-9a3d-27a223f94dea', '019cd85e-893b-774b-a785-8dfd0bb0b5b6', 0, '2026-03-10 15:30:00.123456+00:00');
INSERT INTO "claims" VALUES ('019cd85e-893b-774f-bfda-c12095b9e882', '019cd85e-893b-774b-8bb9-6baf905b7f24', '019cd85e-893b-774b-a05f-1c2320d57190', '019cd85e-893b-774b-aac4-55ea0eab7d85', '019cd85e-893b-774f-925f-8094ebe9e88a', '019cd85e-893b-774f-9a3d-27a223f94dea', '019cd85e-893b-774b-b59e-63bba3d5a0f9', 0, '2026-03-10 15:30:00.123456+00:00');
INSERT INTO "claims" VALUES ('019cd85e-893b-774f-bfda-c12095b9e882', '019cdd84-e53b-774b-8fb9-fb68c3d8f7ed', '019cd85e-893b-774b-998f-1841df68915a', '019cd85e-893b-774b-aac4-55ea0eab7d85', '019cd85e-893b-774f-925f-8094ebe9e88a', '019cd85e-893b-774f-a554-c4ac3f7bee4c', '019cdd84-e53b-774b-b83c-df6266e9affc', 1, '2026-03-11 15:30:00.123456+00:00');
INSERT INTO "claims" VALUES ('019cd85e-893b-774f-b728-6406d0d53dc0', '019cdd84-e53b-774b-ae96-c30c2b9a780f', '019cdd84-e53b-774b-aa5f-d30188d6cb9b', '019cdd84-e53b-774b-b4af-5cde4455ca7e', '019cd85e-893b-774f-925f-8094ebe9e88a', '019cd85e-893b-774f-b966-7651e25589bc', '019cdd84-e53b-774b-961d-7482f62099a3', 0, '2026-03-11 15:30:00.123456+00:00');
CREATE TABLE claim_days (
    tenant_id  text    NOT NULL,
    day        date    NOT NULL,
    policy_id  text    NOT NULL,
    product_id text    NOT NULL,
    claims     integer NOT NULL CHECK (claims > 0),
    PRIMARY KEY (tenant_id, day, policy_id, product_id),
    FOREIGN KEY (tenant_id, policy_id) REFERENCES policies (tenant_id, id),
    FOREIGN KEY (tenant_id, product_id) REFERENCES license_pools (tenant_id, product_id)
);
INSERT INTO "claim_days" VALUES ('019cd85e-893b-774f-bfda-c12095b9e882', '2026-03-10 00:00:00+00:00', '019cd85e-893b-774b-aac4-55ea0eab7d85', '019cd85e-893b-774f-9a3d-27a223f94dea', 2);
INSERT INTO "claim_days" VALUES ('019cd85e-893b-774f-bfda-c12095b9e882', '2026-03-11 00:00:00+00:00', '019cd85e-893b-774b-aac4-55ea0eab7d85', '019cd85e-893b-774f-a554-c4ac3f7bee4c', 1);
INSERT INTO "claim_days" VALUES ('019cd85e-893b-774f-b728-6406d0d53dc0', '2026-03-11 00:00:00+00:00', '019cdd84-e53b-774b-b4af-5cde4455ca7e', '019cd85e-893b-774f-b966-7651e25589bc', 1);
CREATE TABLE missed_claims (
    tenant_id text     NOT NULL,
    id        text     NOT NULL,
    policy_id text     NOT NULL,
    user_id   text     NOT NULL,
    first_at  datetime NOT NULL,
    last_at   datetime NOT NULL,
    count     integer  NOT NULL CHECK (count > 0),
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, policy_id, user_id),
    FOREIGN KEY (tenant_id, policy_id) REFERENCES policies (tenant_id, id),
    FOREIGN KEY (tenant_id, user_id) REFERENCES users (tenant_id, id)
);
INSERT INTO "missed_claims" VALUES ('019cd85e-893b-774f-bfda-c12095b9e882', '019cdd84-e53b-774b-9043-4d66456b472e', '019cd85e-893b-774b-aac4-55ea0eab7d85', '019cdd84-e53b-774b-b43e-e2aefb66ad81', '2026-03-11 15:30:00.123456+00:00', '2026-03-11 15:30:00.123456+00:00', 2);
CREATE TABLE audit_events (
    tenant_id   text     NOT NULL REFERENCES tenants (id),
    id          text     NOT NULL,
    at          datetime NOT NULL,
    actor       text     NOT NULL,
    action      text     NOT NULL,
    object_kind text     NOT NULL,
    object_id   text     NOT NULL,
    before      text     ,
    after       text     ,
    request_id  text     NOT NULL,
    PRIMARY KEY (tenant_id, id)
);
INSERT INTO "audit_events" VALUES ('019cd85e-893b-774f-bfda-c12095b9e882', '019cd85e-893b-774b-8b9e-df4ce37fbfa1', '2026-03-10 15:30:00.123456+00:00', 'acme-admin', 'setAutoClaimEnabled', 'tenant', '019cd85e-893b-774f-bfda-c12095b9e882', '{"autoClaimEnabled":false,"timeZone":"UTC","externalIdMatching":"EXACT"}', '{"autoClaimEnabled":true,"timeZone":"UTC","externalIdMatching":"EXACT"}', 'request-1');
INSERT INTO "audit_events" VALUES ('019cd85e-893b-774f-b728-6406d0d53dc0', '019cd85e-893b-774b-a736-3e90d27304f5', '2026-03-10 15:30:00.123456+00:00', 'other-admin', 'setAutoClaimEnabled', 'tenant', '019cd85e-893b-774f-b728-6406d0d53dc0', '{"autoClaimEnabled":false,"timeZone":"UTC","externalIdMatching":"EXACT"}', '{"autoClaimEnabled":true,"timeZone":"UTC","externalIdMatching":"EXACT"}', 'request-1');
INSERT INTO "audit_events" VALUES ('019cd85e-893b-774f-bfda-c12095b9e882', '019cd85e-893b-774b-a37c-da8aecfff99c', '2026-03-10 15:30:00.123456+00:00', 'acme-admin', 'createSubscription', 'subscription', '019cd85e-893b-774b-9318-8ed2a7967b14', NULL, '{"id":"019cd85e-893b-774b-9318-8ed2a7967b14","productId":"019cd85e-893b-774f-9a3d-27a223f94dea","quantity":2,"status":"ACTIVE","createdAt":"2026-03-10T15:30:00.123456Z","updatedAt":"2026-03-10T15:30:00.123456Z"}', 'request-1');
INSERT INTO "audit_events" VALUES ('019cd85e-893b-774f-bfda-c12095b9e882', '019cd85e-893b-774b-b9c9-ffbf4588739c', '2026-03-10 15:30:00.123456+00:00', 'acme-admin', 'createSubscription', 'subscription', '019cd85e-893b-774b-96de-8955b821bf26', NULL, '{"id":"019cd85e-893b-774b-96de-8955b821bf26","productId":"019cd85e-893b-774f-a554-c4ac3f7bee4c","quantity":1,"status":"ACTIVE","createdAt":"2026-03-10T15:30:00.123456Z","updatedAt":"2026-03-10T15:30:00.123456Z"}', 'request-1');
INSERT INTO "audit_events" VALUES ('019cd85e-893b-774f-bfda-c12095b9e882', '019cd85e-893b-774b-86d1-6d8609b104e7', '2026-03-10 15:30:00.123456+00:00', 'acme-admin', 'createSubscription', 'subscription', '019cd85e-893b-774b-9afd-721f3062ec1d', NULL, '{"id":"019cd85e-893b-774b-9afd-721f3062ec1d","productId":"019cd85e-893b-774f-ab6b-ad9a95f2a101","quantity":7,"status":"ACTIVE","createdAt":"2026-03-10T15:30:00.123456Z","updatedAt":"2026-03-10T15:30:00.123456Z"}', 'request-1');
INSERT INTO "audit_events" VALUES ('019cd85e-893b-774f-bfda-c12095b9e882', '019cd85e-893b-774b-bdf1-d2c578dab8c7', '2026-03-10 15:30:00.123456+00:00', 'acme-admin', 'updateSubscription', 'subscription', '019cd85e-893b-774b-9afd-721f3062ec1d', '{"id":"019cd85e-893b-774b-9afd-721f3062ec1d","productId":"019cd85e-893b-774f-ab6b-ad9a95f2a101","quantity":7,"status":"ACTIVE","createdAt":"2026-03-10T15:30:00.123456Z","updatedAt":"2026-03-10T15:30:00.123456Z"}', '{"id":"019cd85e-893b-774b-9afd-721f3062ec1d","productId":"019cd85e-893b-774f-ab6b-ad9a95f2a101","quantity":7,"status":"SUSPENDED","createdAt":"2026-03-10T15:30:00.123456Z","updatedAt":"2026-03-10T15:30:00.123456Z"}', 'request-1');
INSERT INTO "audit_events" VALUES ('019cd85e-893b-774f-bfda-c12095b9e882', '019cd85e-893b-774b-994f-f9ebe3515604', '2026-03-10 15:30:00.123456+00:00', 'acme-admin', 'createPolicy', 'policy', '019cd85e-893b-774b-aac4-55ea0eab7d85', NULL, '{"id":"019cd85e-893b-774b-aac4-55ea0eab7d85","name":"Teams","appId":"019cd85e-893b-774f-925f-8094ebe9e88a","enabled":true,"version":1,"products":[{"productId":"019cd85e-893b-774f-9a3d-27a223f94dea","appsOff":[]},{"productId":"019cd85e-893b-774f-a554-c4ac3f7bee4c","appsOff":[]}],"createdAt":"2026-03-10T15:30:00.123456Z","updatedAt":"2026-03-10T15:30:00.123456Z"}', 'request-1');
INSERT INTO "audit_events" VALUES ('019cd85e-893b-774f-bfda-c12095b9e882', '019cd85e-893b-774b-b483-5eafee17b013', '2026-03-10 15:30:00.123456+00:00', 'acme-admin', 'setAppToggles', 'policy', '019cd85e-893b-774b-aac4-55ea0eab7d85', '{"id":"019cd85e-893b-774b-aac4-55ea0eab7d85","name":"Teams","appId":"019cd85e-893b-774f-925f-8094ebe9e88a","enabled":true,"version":1,"products":[{"productId":"019cd85e-893b-774f-9a3d-27a223f94dea","appsOff":[]},{"productId":"019cd85e-893b-774f-a554-c4ac3f7bee4c","appsOff":[]}],"createdAt":"2026-03-10T15:30:00.123456Z","updatedAt":"2026-03-10T15:30:00.123456Z"}', '{"id":"019cd85e-893b-774b-aac4-55ea0eab7d85","name":"Teams","appId":"019cd85e-893b-774f-925f-8094ebe9e88a","enabled":true,"version":2,"products":[{"productId":"019cd85e-893b-774f-9a3d-27a223f94dea","appsOff":["019cd85e-893b-774f-8eb2-c38568641e9b"]},{"productId":"019cd85e-893b-774f-a554-c4ac3f7bee4c","appsOff":[]}],"createdAt":"2026-03-10T15:30:00.123456Z","updatedAt":"2026-03-10T15:30:00.123456Z"}', 'request-1');
INSERT INTO "audit_events" VALUES ('019cd85e-893b-774f-bfda-c12095b9e882', '019cdd84-e53b-774b-9161-39351efd5615', '2026-03-11 15:30:00.123456+00:00', 'acme-admin', 'removeLicense', 'license', '019cd85e-893b-774b-a785-8dfd0bb0b5b6', '{"id":"019cd85e-893b-774b-a785-8dfd0bb0b5b6","userId":"019cd85e-893b-774b-aa11-6d20a9e0f7f8","productId":"019cd85e-893b-774f-9a3d-27a223f94dea","source":"AUTO_CLAIM","policyId":"019cd85e-893b-774b-aac4-55ea0eab7d85","appsOff":["019cd85e-893b-774f-8eb2-c38568641e9b"],"assignedAt":"2026-03-10T15:30:00.123456Z"}', '{"id":"019cd85e-893b-774b-a785-8dfd0bb0b5b6","userId":"019cd85e-893b-774b-aa11-6d20a9e0f7f8","productId":"019cd85e-893b-774f-9a3d-27a223f94dea","source":"AUTO_CLAIM","policyId":"019cd85e-893b-774b-aac4-55ea0eab7d85","appsOff":["019cd85e-893b-774f-8eb2-c38568641e9b"],"assignedAt":"2026-03-10T15:30:00.123456Z","removedAt":"2026-03-11T15:30:00.123456Z"}', 'request-1');
INSERT INTO "audit_events" VALUES ('019cd85e-893b-774f-bfda-c12095b9e882', '019cdd84-e53b-774b-977f-bfe545642410', '2026-03-11 15:30:00.123456+00:00', 'acme-admin', 'removeLicense', 'user', '019cd85e-893b-774b-aa11-6d20a9e0f7f8', '{"id":"019cd85e-893b-774b-aa11-6d20a9e0f7f8","externalId":"ann","displayName":"Ann Änder","email":"ann@example.com","createdAt":"2026-03-10T15:30:00.123456Z"}', '{"id":"019cd85e-893b-774b-aa11-6d20a9e0f7f8","externalId":"ann","displayName":"Ann Änder","email":"ann@example.com","blockedAt":"2026-03-11T15:30:00.123456Z","createdAt":"2026-03-10T15:30:00.123456Z"}', 'request-1');
INSERT INTO "audit_events" VALUES ('019cd85e-893b-774f-bfda-c12095b9e882', '019cdd84-e53b-774b-b247-78fdc67d7425', '2026-03-11 15:30:00.123456+00:00', 'acme-admin', 'assignLicense', 'license', '019cdd84-e53b-774b-acee-387a93dec754', NULL, '{"id":"019cdd84-e53b-774b-acee-387a93dec754","userId":"019cdd84-e53b-774b-b43e-e2aefb66ad81","productId":"019cd85e-893b-774f-9a3d-27a223f94dea","source":"DIRECT","appsOff":[],"assignedAt":"2026-03-11T15:30:00.123456Z"}', 'request-1');
INSERT INTO "audit_events" VALUES ('019cd85e-893b-774f-b728-6406d0d53dc0', '019cdd84-e53b-774b-a4fb-f37dddb1932a', '2026-03-11 15:30:00.123456+00:00', 'other-admin', 'createSubscription', 'subscription', '019cdd84-e53b-774b-9365-17a696f81c91', NULL, '{"id":"019cdd84-e53b-774b-9365-17a696f81c91","productId":"019cd85e-893b-774f-b966-7651e25589bc","quantity":3,"status":"ACTIVE","createdAt":"2026-03-11T15:30:00.123456Z","updatedAt":"2026-03-11T15:30:00.123456Z"}', 'request-1');
INSERT INTO "audit_events" VALUES ('019cd85e-893b-774f-b728-6406d0d53dc0', '019cdd84-e53b-774b-aa23-746e52ba7620', '2026-03-11 15:30:00.123456+00:00', 'other-admin', 'createPolicy', 'policy', '019cdd84-e53b-774b-b4af-5cde4455ca7e', NULL, '{"id":"019cdd84-e53b-774b-b4af-5cde4455ca7e","name":"Old","appId":"019cd85e-893b-774f-925f-8094ebe9e88a","enabled":true,"version":1,"products":[{"productId":"019cd85e-893b-774f-b966-7651e25589bc","appsOff":[]}],"createdAt":"2026-03-11T15:30:00.123456Z","updatedAt":"2026-03-11T15:30:00.123456Z"}', 'request-1');
INSERT INTO "audit_events" VALUES ('019cd85e-893b-774f-b728-6406d0d53dc0', '019cdd84-e53b-774b-9cee-ed73c4e20eff', '2026-03-11 15:30:00.123456+00:00', 'other-admin', 'deletePolicy', 'policy', '019cdd84-e53b-774b-b4af-5cde4455ca7e', '{"id":"019cdd84-e53b-774b-b4af-5cde4455ca7e","name":"Old","appId":"019cd85e-893b-774f-925f-8094ebe9e88a","enabled":true,"version":1,"products":[{"productId":"019cd85e-893b-774f-b966-7651e25589bc","appsOff":[]}],"createdAt":"2026-03-11T15:30:00.123456Z","updatedAt":"2026-03-11T15:30:00.123456Z"}', '{"id":"019cdd84-e53b-774b-b4af-5cde4455ca7e","name":"Old","appId":"019cd85e-893b-774f-925f-8094ebe9e88a","enabled":true,"version":2,"products":[{"productId":"019cd85e-893b-774f-b966-7651e25589bc","appsOff":[]}],"createdAt":"2026-03-11T15:30:00.123456Z","updatedAt":"2026-03-11T15:30:00.123456Z","deletedAt":"2026-03-11T15:30:00.123456Z"}', 'request-1');
INSERT INTO "audit_events" VALUES ('019cd85e-893b-774f-b728-6406d0d53dc0', '019cdd84-e53b-774b-af23-0761ef233c10', '2026-03-11 15:30:00.123456+00:00', 'other-admin', 'createPolicy', 'policy', '019cdd84-e53b-774b-a2d3-6abd6f9ad05d', NULL, '{"id":"019cdd84-e53b-774b-a2d3-6abd6f9ad05d","name":"New","appId":"019cd85e-893b-774f-925f-8094ebe9e88a","enabled":true,"version":1,"products":[{"productId":"019cd85e-893b-774f-b966-7651e25589bc","appsOff":[]}],"createdAt":"2026-03-11T15:30:00.123456Z","updatedAt":"2026-03-11T15:30:00.123456Z"}', 'request-1');
CREATE TABLE schema_state (
    id             integer NOT NULL PRIMARY KEY CHECK (id = 1),
    oldest_program integer NOT NULL
);
INSERT INTO "schema_state" VALUES (1, 1);
CREATE INDEX subscriptions_by_product ON subscriptions (tenant_id, product_id);
CREATE INDEX users_by_search_key ON users (tenant_id, search_key, id);
CREATE UNIQUE INDEX policies_one_live_per_app ON policies (tenant_id, app_id) WHERE deleted_at IS NULL;
CREATE UNIQUE INDEX policies_one_live_per_name ON policies (tenant_id, name_key) WHERE deleted_at IS NULL;
CREATE UNIQUE INDEX licenses_one_active_per_user ON licenses (tenant_id, user_id, product_id) WHERE removed_at IS NULL;
CREATE INDEX licenses_by_user ON licenses (tenant_id, user_id, id);
CREATE INDEX licenses_by_product ON licenses (tenant_id, product_id, id);
CREATE INDEX licenses_by_policy ON licenses (tenant_id, policy_id, id) WHERE policy_id IS NOT NULL;
CREATE INDEX claims_by_time ON claims (tenant_id, claimed_at, id);
CREATE INDEX claims_by_policy ON claims (tenant_id, policy_id, claimed_at, id);
CREATE INDEX missed_claims_by_time ON missed_claims (tenant_id, last_at, id);
CREATE INDEX audit_events_by_object ON audit_events (tenant_id, object_id, id);
CREATE UNIQUE INDEX users_by_folded_id ON users (tenant_id, folded_id) WHERE folded_id IS NOT NULL;
