CREATE TABLE goose_db_version (
		id INTEGER PRIMARY KEY AUTOINCREMENT,
		version_id INTEGER NOT NULL,
		is_applied INTEGER NOT NULL,
		tstamp TIMESTAMP DEFAULT (datetime('now'))
	);
INSERT INTO "goose_db_version" VALUES (1, 0, 1, '2026-11-25 20:00:59');
INSERT INTO "goose_db_version" VALUES (2, 1, 1, '2026-11-25 20:00:59');
INSERT INTO "goose_db_version" VALUES (3, 2, 1, '2026-11-25 20:00:59');
INSERT INTO "goose_db_version" VALUES (4, 3, 1, '2026-11-25 20:00:59');
INSERT INTO "goose_db_version" VALUES (5, 4, 1, '2026-11-25 20:00:59');
INSERT INTO "goose_db_version" VALUES (6, 5, 1, '2026-11-25 20:00:59');
INSERT INTO "goose_db_version" VALUES (7, 6, 1, '2026-11-25 20:00:59');
INSERT INTO "goose_db_version" VALUES (8, 7, 1, '2026-11-25 20:00:59');
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
INSERT INTO "apps" VALUES ('019cd85e-893b-774f-81f0-b56eac7676da', '41b05914-b2c6-405e-b31c-78101961c488', 'TEAMS1', 'App TEAMS1', 1);
INSERT INTO "apps" VALUES ('019cd85e-893b-774f-80e5-e52d938adc67', '0043de8b-4722-4936-bc3a-a0fb6bb1df80', 'MAIL', 'App MAIL', 1);
INSERT INTO "apps" VALUES ('019cd85e-893b-774f-b5e9-6c8514d81e01', 'e5f9bfe8-9de3-456f-b238-7e7a108374a7', 'VOICE', 'App VOICE', 0);
INSERT INTO "apps" VALUES ('019cd85e-893b-774f-9ca9-df51e6483c0c', 'c080e6f3-42c9-42d3-ba6b-1e5492e97801', 'SKETCH', 'App SKETCH', 0);
CREATE TABLE products (
    id        text NOT NULL PRIMARY KEY,
    vendor_id text NOT NULL UNIQUE,
    code      text NOT NULL,
    name      text NOT NULL
);
INSERT INTO "products" VALUES ('019cd85e-893b-774f-9edc-33718c97b347', '68bae294-9744-4788-b4d0-4b4512c3e3d4', 'E5', 'Product E5');
INSERT INTO "products" VALUES ('019cd85e-893b-774f-9f31-98952756e5bf', '287d8dd7-6a96-4bf0-bdca-11cfeea36b07', 'E3', 'Product E3');
INSERT INTO "products" VALUES ('019cd85e-893b-774f-9f9d-064a8ff74aba', 'e12b4d16-2247-44c5-88ff-63d8c7413357', 'E1', 'Product E1');
INSERT INTO "products" VALUES ('019cd85e-893b-774f-bbf3-163926c71eb1', 'e63dd33b-6d8e-4709-8a7a-6e27cbfc3d26', 'F1', 'Product F1');
INSERT INTO "products" VALUES ('019cd85e-893b-774f-96f3-8ff0c29aa31a', '491de548-ebeb-4d2d-a6e9-fb2250ca86c1', 'BASIC', 'Product BASIC');
INSERT INTO "products" VALUES ('019cd85e-893b-774f-93ff-07658a515612', 'aed6b0e0-feb3-4dc1-bf73-1591b58f7c84', 'DRAW', 'Product DRAW');
CREATE TABLE product_apps (
    product_id text NOT NULL REFERENCES products (id),
    app_id     text NOT NULL REFERENCES apps (id),
    PRIMARY KEY (product_id, app_id)
);
INSERT INTO "product_apps" VALUES ('019cd85e-893b-774f-9edc-33718c97b347', '019cd85e-893b-774f-81f0-b56eac7676da');
INSERT INTO "product_apps" VALUES ('019cd85e-893b-774f-9edc-33718c97b347', '019cd85e-893b-774f-80e5-e52d938adc67');
INSERT INTO "product_apps" VALUES ('019cd85e-893b-774f-9edc-33718c97b347', '019cd85e-893b-774f-b5e9-6c8514d81e01');
INSERT INTO "product_apps" VALUES ('019cd85e-893b-774f-9f31-98952756e5bf', '019cd85e-893b-774f-81f0-b56eac7676da');
INSERT INTO "product_apps" VALUES ('019cd85e-893b-774f-9f31-98952756e5bf', '019cd85e-893b-774f-80e5-e52d938adc67');
INSERT INTO "product_apps" VALUES ('019cd85e-893b-774f-9f31-98952756e5bf', '019cd85e-893b-774f-b5e9-6c8514d81e01');
INSERT INTO "product_apps" VALUES ('019cd85e-893b-774f-9f9d-064a8ff74aba', '019cd85e-893b-774f-81f0-b56eac7676da');
INSERT INTO "product_apps" VALUES ('019cd85e-893b-774f-9f9d-064a8ff74aba', '019cd85e-893b-774f-80e5-e52d938adc67');
INSERT INTO "product_apps" VALUES ('019cd85e-893b-774f-bbf3-163926c71eb1', '019cd85e-893b-774f-81f0-b56eac7676da');
INSERT INTO "product_apps" VALUES ('019cd85e-893b-774f-bbf3-163926c71eb1', '019cd85e-893b-774f-80e5-e52d938adc67');
INSERT INTO "product_apps" VALUES ('019cd85e-893b-774f-96f3-8ff0c29aa31a', '019cd85e-893b-774f-81f0-b56eac7676da');
INSERT INTO "product_apps" VALUES ('019cd85e-893b-774f-93ff-07658a515612', '019cd85e-893b-774f-9ca9-df51e6483c0c');
CREATE TABLE tenants (
    id                 text     NOT NULL PRIMARY KEY,
    name               text     NOT NULL,
    name_key           text     NOT NULL UNIQUE,
    external_id        text     NOT NULL UNIQUE,
    auto_claim_enabled boolean  NOT NULL,
    config_version     integer  NOT NULL,
    created_at         datetime NOT NULL
, time_zone text NOT NULL DEFAULT 'UTC', fold_external_ids boolean NOT NULL DEFAULT false, deleted_at datetime);
INSERT INTO "tenants" VALUES ('019cd85e-893b-774f-a769-c2abee7090c6', 'acme', 'acme', 'acme-external', 1, 4, '2026-03-10 15:30:00.123456+00:00', 'UTC', 0, NULL);
INSERT INTO "tenants" VALUES ('019cd85e-893b-774f-8e52-6656eba07fef', 'other', 'other', 'other-external', 1, 5, '2026-03-10 15:30:00.123456+00:00', 'UTC', 0, NULL);
CREATE TABLE license_pools (
    tenant_id  text    NOT NULL REFERENCES tenants (id),
    product_id text    NOT NULL REFERENCES products (id),
    total      integer NOT NULL CHECK (total >= 0),
    assigned   integer NOT NULL CHECK (assigned >= 0),
    PRIMARY KEY (tenant_id, product_id)
);
INSERT INTO "license_pools" VALUES ('019cd85e-893b-774f-a769-c2abee7090c6', '019cd85e-893b-774f-9f31-98952756e5bf', 2, 2);
INSERT INTO "license_pools" VALUES ('019cd85e-893b-774f-a769-c2abee7090c6', '019cd85e-893b-774f-9f9d-064a8ff74aba', 1, 1);
INSERT INTO "license_pools" VALUES ('019cd85e-893b-774f-a769-c2abee7090c6', '019cd85e-893b-774f-bbf3-163926c71eb1', 0, 0);
INSERT INTO "license_pools" VALUES ('019cd85e-893b-774f-8e52-6656eba07fef', '019cd85e-893b-774f-96f3-8ff0c29aa31a', 3, 1);
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
INSERT INTO "subscriptions" VALUES ('019cd85e-893b-774f-a769-c2abee7090c6', '019cd85e-893b-774b-8599-dce32d46ace0', '019cd85e-893b-774f-9f31-98952756e5bf', 2, 'ACTIVE', '2026-03-10 15:30:00.123456+00:00', '2026-03-10 15:30:00.123456+00:00');
INSERT INTO "subscriptions" VALUES ('019cd85e-893b-774f-a769-c2abee7090c6', '019cd85e-893b-774b-851c-e52dccb36a32', '019cd85e-893b-774f-9f9d-064a8ff74aba', 1, 'ACTIVE', '2026-03-10 15:30:00.123456+00:00', '2026-03-10 15:30:00.123456+00:00');
INSERT INTO "subscriptions" VALUES ('019cd85e-893b-774f-a769-c2abee7090c6', '019cd85e-893b-774b-be41-262402987ad5', '019cd85e-893b-774f-bbf3-163926c71eb1', 7, 'SUSPENDED', '2026-03-10 15:30:00.123456+00:00', '2026-03-10 15:30:00.123456+00:00');
INSERT INTO "subscriptions" VALUES ('019cd85e-893b-774f-8e52-6656eba07fef', '019cdd84-e53b-774b-9b17-a5e43f443425', '019cd85e-893b-774f-96f3-8ff0c29aa31a', 3, 'ACTIVE', '2026-03-11 15:30:00.123456+00:00', '2026-03-11 15:30:00.123456+00:00');
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
INSERT INTO "users" VALUES ('019cd85e-893b-774f-a769-c2abee7090c6', '019cd85e-893b-774b-b630-51cfbee72418', 'ann', 'Ann Änder', 'ann@example.com', 'ann änder
ann@example.com
ann', '2026-03-11 15:30:00.123456+00:00', '2026-03-10 15:30:00.123456+00:00', '2026-03-10 15:30:00.123456+00:00', NULL);
INSERT INTO "users" VALUES ('019cd85e-893b-774f-a769-c2abee7090c6', '019cd85e-893b-774b-9dc3-b761c4d05650', 'o''hara', '', '', '

o''hara', NULL, '2026-03-11 15:30:00.123456+00:00', '2026-03-10 15:30:00.123456+00:00', NULL);
INSERT INTO "users" VALUES ('019cd85e-893b-774f-a769-c2abee7090c6', '019cd85e-893b-774b-9833-88cd555e1cba', 'bob', '', '', '

bob', NULL, '2026-03-10 15:30:00.123456+00:00', '2026-03-10 15:30:00.123456+00:00', NULL);
INSERT INTO "users" VALUES ('019cd85e-893b-774f-a769-c2abee7090c6', '019cdd84-e53b-774b-9fc4-843b90b57427', 'dan', '', '', '

dan', NULL, '2026-03-11 15:30:00.123456+00:00', '2026-03-11 15:30:00.123456+00:00', NULL);
INSERT INTO "users" VALUES ('019cd85e-893b-774f-8e52-6656eba07fef', '019cdd84-e53b-774b-bb0c-6b3151c38815', 'ann', '', '', '

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
INSERT INTO "policies" VALUES ('019cd85e-893b-774f-a769-c2abee7090c6', '019cd85e-893b-774b-840e-5554048d0cef', 'Teams', 'teams', '019cd85e-893b-774f-81f0-b56eac7676da', 1, 2, '2026-03-10 15:30:00.123456+00:00', '2026-03-10 15:30:00.123456+00:00', NULL);
INSERT INTO "policies" VALUES ('019cd85e-893b-774f-8e52-6656eba07fef', '019cdd84-e53b-774b-a2f7-ef2bcde4715f', 'Old', 'old', '019cd85e-893b-774f-81f0-b56eac7676da', 1, 2, '2026-03-11 15:30:00.123456+00:00', '2026-03-11 15:30:00.123456+00:00', '2026-03-11 15:30:00.123456+00:00');
INSERT INTO "policies" VALUES ('019cd85e-893b-774f-8e52-6656eba07fef', '019cdd84-e53b-774b-ae6c-5e3b6cd6b6ab', 'New', 'new', '019cd85e-893b-774f-81f0-b56eac7676da', 1, 1, '2026-03-11 15:30:00.123456+00:00', '2026-03-11 15:30:00.123456+00:00', NULL);
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
INSERT INTO "policy_products" VALUES ('019cd85e-893b-774f-a769-c2abee7090c6', '019cd85e-893b-774b-840e-5554048d0cef', 0, '019cd85e-893b-774f-9f31-98952756e5bf', '["019cd85e-893b-774f-b5e9-6c8514d81e01"]');
INSERT INTO "policy_products" VALUES ('019cd85e-893b-774f-a769-c2abee7090c6', '019cd85e-893b-774b-840e-5554048d0cef', 1, '019cd85e-893b-774f-9f9d-064a8ff74aba', '[]');
INSERT INTO "policy_products" VALUES ('019cd85e-893b-774f-8e52-6656eba07fef', '019cdd84-e53b-774b-a2f7-ef2bcde4715f', 0, '019cd85e-893b-774f-96f3-8ff0c29aa31a', '[]');
INSERT INTO "policy_products" VALUES ('019cd85e-893b-774f-8e52-6656eba07fef', '019cdd84-e53b-774b-ae6c-5e3b6cd6b6ab', 0, '019cd85e-893b-774f-96f3-8ff0c29aa31a', '[]');
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
INSERT INTO "licenses" VALUES ('019cd85e-893b-774f-a769-c2abee7090c6', '019cd85e-893b-774b-b0e5-c8f02de980cc', '019cd85e-893b-774b-b630-51cfbee72418', '019cd85e-893b-774f-9f31-98952756e5bf', 'AUTO_CLAIM', '019cd85e-893b-774b-840e-5554048d0cef', '["019cd85e-893b-774f-b5e9-6c8514d81e01"]', '2026-03-10 15:30:00.123456+00:00', '2026-03-11 15:30:00.123456+00:00');
INSERT INTO "licenses" VALUES ('019cd85e-893b-774f-a769-c2abee7090c6', '019cd85e-893b-774b-bae9-bd34582c4f38', '019cd85e-893b-774b-9833-88cd555e1cba', '019cd85e-893b-774f-9f31-98952756e5bf', 'AUTO_CLAIM', '019cd85e-893b-774b-840e-5554048d0cef', '["019cd85e-893b-774f-b5e9-6c8514d81e01"]', '2026-03-10 15:30:00.123456+00:00', NULL);
INSERT INTO "licenses" VALUES ('019cd85e-893b-774f-a769-c2abee7090c6', '019cdd84-e53b-774b-9fd8-a262bc76fb73', '019cd85e-893b-774b-9dc3-b761c4d05650', '019cd85e-893b-774f-9f9d-064a8ff74aba', 'AUTO_CLAIM', '019cd85e-893b-774b-840e-5554048d0cef', '[]', '2026-03-11 15:30:00.123456+00:00', NULL);
INSERT INTO "licenses" VALUES ('019cd85e-893b-774f-a769-c2abee7090c6', '019cdd84-e53b-774b-a003-7dd155c5f447', '019cdd84-e53b-774b-9fc4-843b90b57427', '019cd85e-893b-774f-9f31-98952756e5bf', 'DIRECT', NULL, '[]', '2026-03-11 15:30:00.123456+00:00', NULL);
INSERT INTO "licenses" VALUES ('019cd85e-893b-774f-8e52-6656eba07fef', '019cdd84-e53b-774b-95bb-3624856e32fa', '019cdd84-e53b-774b-bb0c-6b3151c38815', '019cd85e-893b-774f-96f3-8ff0c29aa31a', 'AUTO_CLAIM', '019cdd84-e53b-774b-a2f7-ef2bcde4715f', '[]', '2026-03-11 15:30:00.123456+00:00', NULL);
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
INSERT INTO "claims" VALUES ('019cd85e-893b-774f-a769-c2abee7090c6', '019cd85e-893b-774b-b670-0c59f9de7fc5', '019cd85e-893b-774b-b630-51cfbee72418', '019cd85e-893b-774b-840e-5554048d0cef', '019cd85e-893b-774f-81f0-b56eac7676da', '019cd85e-893b-774f-9f31-98952756e5bf', '019cd85e-893b-774b-b0e5-c8f02de980cc', 0, '2026-03-10 15:30:00.123456+00:00');
INSERT INTO "claims" VALUES ('019cd85e-893b-774f-a769-c2abee7090c6', '019cd85e-893b-774b-8031-8b52ee1fef8f', '019cd85e-893b-774b-9833-88cd555e1cba', '019cd85e-893b-774b-840e-5554048d0cef', '019cd85e-893b-774f-81f0-b56eac7676da', '019cd85e-893b-774f-9f31-98952756e5bf', '019cd85e-893b-774b-bae9-bd34582c4f38', 0, '2026-03-10 15:30:00.123456+00:00');
INSERT INTO "claims" VALUES ('019cd85e-893b-774f-a769-c2abee7090c6', '019cdd84-e53b-774b-82f5-f6871243d983', '019cd85e-893b-774b-9dc3-b761c4d05650', '019cd85e-893b-774b-840e-5554048d0cef', '019cd85e-893b-774f-81f0-b56eac7676da', '019cd85e-893b-774f-9f9d-064a8ff74aba', '019cdd84-e53b-774b-9fd8-a262bc76fb73', 1, '2026-03-11 15:30:00.123456+00:00');
INSERT INTO "claims" VALUES ('019cd85e-893b-774f-8e52-6656eba07fef', '019cdd84-e53b-774b-8d0e-204a195b7e11', '019cdd84-e53b-774b-bb0c-6b3151c38815', '019cdd84-e53b-774b-a2f7-ef2bcde4715f', '019cd85e-893b-774f-81f0-b56eac7676da', '019cd85e-893b-774f-96f3-8ff0c29aa31a', '019cdd84-e53b-774b-95bb-3624856e32fa', 0, '2026-03-11 15:30:00.123456+00:00');
CREATE TABLE claim_days (
    tenant_id  text    NOT NULL,
    day        date    NOT NULL,
    policy_id  text    NOT NULL,
    product_id text    NOT NULL,
    claims     integer NOT NULL CHECK (claims > 0), quarters text NOT NULL DEFAULT '{}',
    PRIMARY KEY (tenant_id, day, policy_id, product_id),
    FOREIGN KEY (tenant_id, policy_id) REFERENCES policies (tenant_id, id),
    FOREIGN KEY (tenant_id, product_id) REFERENCES license_pools (tenant_id, product_id)
);
INSERT INTO "claim_days" VALUES ('019cd85e-893b-774f-a769-c2abee7090c6', '2026-03-10 00:00:00+00:00', '019cd85e-893b-774b-840e-5554048d0cef', '019cd85e-893b-774f-9f31-98952756e5bf', 2, '{"63":2}');
INSERT INTO "claim_days" VALUES ('019cd85e-893b-774f-a769-c2abee7090c6', '2026-03-11 00:00:00+00:00', '019cd85e-893b-774b-840e-5554048d0cef', '019cd85e-893b-774f-9f9d-064a8ff74aba', 1, '{"63":1}');
INSERT INTO "claim_days" VALUES ('019cd85e-893b-774f-8e52-6656eba07fef', '2026-03-11 00:00:00+00:00', '019cdd84-e53b-774b-a2f7-ef2bcde4715f', '019cd85e-893b-774f-96f3-8ff0c29aa31a', 1, '{"63":1}');
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
INSERT INTO "missed_claims" VALUES ('019cd85e-893b-774f-a769-c2abee7090c6', '019cdd84-e53b-774b-9c70-f5432c5d97fb', '019cd85e-893b-774b-840e-5554048d0cef', '019cdd84-e53b-774b-9fc4-843b90b57427', '2026-03-11 15:30:00.123456+00:00', '2026-03-11 15:30:00.123456+00:00', 2);
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
INSERT INTO "audit_events" VALUES ('019cd85e-893b-774f-a769-c2abee7090c6', '019cd85e-893b-774b-ba84-985f79e415f5', '2026-03-10 15:30:00.123456+00:00', 'acme-admin', 'setAutoClaimEnabled', 'tenant', '019cd85e-893b-774f-a769-c2abee7090c6', '{"autoClaimEnabled":false,"timeZone":"UTC","externalIdMatching":"EXACT"}', '{"autoClaimEnabled":true,"timeZone":"UTC","externalIdMatching":"EXACT"}', 'request-1');
INSERT INTO "audit_events" VALUES ('019cd85e-893b-774f-8e52-6656eba07fef', '019cd85e-893b-774b-be73-330b6ec70af0', '2026-03-10 15:30:00.123456+00:00', 'other-admin', 'setAutoClaimEnabled', 'tenant', '019cd85e-893b-774f-8e52-6656eba07fef', '{"autoClaimEnabled":false,"timeZone":"UTC","externalIdMatching":"EXACT"}', '{"autoClaimEnabled":true,"timeZone":"UTC","externalIdMatching":"EXACT"}', 'request-1');
INSERT INTO "audit_events" VALUES ('019cd85e-893b-774f-a769-c2abee7090c6', '019cd85e-893b-774b-b74c-c49936d56fe8', '2026-03-10 15:30:00.123456+00:00', 'acme-admin', 'createSubscription', 'subscription', '019cd85e-893b-774b-8599-dce32d46ace0', NULL, '{"id":"019cd85e-893b-774b-8599-dce32d46ace0","productId":"019cd85e-893b-774f-9f31-98952756e5bf","quantity":2,"status":"ACTIVE","createdAt":"2026-03-10T15:30:00.123456Z","updatedAt":"2026-03-10T15:30:00.123456Z"}', 'request-1');
INSERT INTO "audit_events" VALUES ('019cd85e-893b-774f-a769-c2abee7090c6', '019cd85e-893b-774b-b868-2fe94992feee', '2026-03-10 15:30:00.123456+00:00', 'acme-admin', 'createSubscription', 'subscription', '019cd85e-893b-774b-851c-e52dccb36a32', NULL, '{"id":"019cd85e-893b-774b-851c-e52dccb36a32","productId":"019cd85e-893b-774f-9f9d-064a8ff74aba","quantity":1,"status":"ACTIVE","createdAt":"2026-03-10T15:30:00.123456Z","updatedAt":"2026-03-10T15:30:00.123456Z"}', 'request-1');
INSERT INTO "audit_events" VALUES ('019cd85e-893b-774f-a769-c2abee7090c6', '019cd85e-893b-774b-9cad-3cd7dc813327', '2026-03-10 15:30:00.123456+00:00', 'acme-admin', 'createSubscription', 'subscription', '019cd85e-893b-774b-be41-262402987ad5', NULL, '{"id":"019cd85e-893b-774b-be41-262402987ad5","productId":"019cd85e-893b-774f-bbf3-163926c71eb1","quantity":7,"status":"ACTIVE","createdAt":"2026-03-10T15:30:00.123456Z","updatedAt":"2026-03-10T15:30:00.123456Z"}', 'request-1');
INSERT INTO "audit_events" VALUES ('019cd85e-893b-774f-a769-c2abee7090c6', '019cd85e-893b-774b-9191-6a1c89ae557e', '2026-03-10 15:30:00.123456+00:00', 'acme-admin', 'updateSubscription', 'subscription', '019cd85e-893b-774b-be41-262402987ad5', '{"id":"019cd85e-893b-774b-be41-262402987ad5","productId":"019cd85e-893b-774f-bbf3-163926c71eb1","quantity":7,"status":"ACTIVE","createdAt":"2026-03-10T15:30:00.123456Z","updatedAt":"2026-03-10T15:30:00.123456Z"}', '{"id":"019cd85e-893b-774b-be41-262402987ad5","productId":"019cd85e-893b-774f-bbf3-163926c71eb1","quantity":7,"status":"SUSPENDED","createdAt":"2026-03-10T15:30:00.123456Z","updatedAt":"2026-03-10T15:30:00.123456Z"}', 'request-1');
INSERT INTO "audit_events" VALUES ('019cd85e-893b-774f-a769-c2abee7090c6', '019cd85e-893b-774b-abc0-5d79ab2af6ae', '2026-03-10 15:30:00.123456+00:00', 'acme-admin', 'createPolicy', 'policy', '019cd85e-893b-774b-840e-5554048d0cef', NULL, '{"id":"019cd85e-893b-774b-840e-5554048d0cef","name":"Teams","appId":"019cd85e-893b-774f-81f0-b56eac7676da","enabled":true,"version":1,"products":[{"productId":"019cd85e-893b-774f-9f31-98952756e5bf","appsOff":[]},{"productId":"019cd85e-893b-774f-9f9d-064a8ff74aba","appsOff":[]}],"createdAt":"2026-03-10T15:30:00.123456Z","updatedAt":"2026-03-10T15:30:00.123456Z"}', 'request-1');
INSERT INTO "audit_events" VALUES ('019cd85e-893b-774f-a769-c2abee7090c6', '019cd85e-893b-774b-aea3-63e311235c57', '2026-03-10 15:30:00.123456+00:00', 'acme-admin', 'setAppToggles', 'policy', '019cd85e-893b-774b-840e-5554048d0cef', '{"id":"019cd85e-893b-774b-840e-5554048d0cef","name":"Teams","appId":"019cd85e-893b-774f-81f0-b56eac7676da","enabled":true,"version":1,"products":[{"productId":"019cd85e-893b-774f-9f31-98952756e5bf","appsOff":[]},{"productId":"019cd85e-893b-774f-9f9d-064a8ff74aba","appsOff":[]}],"createdAt":"2026-03-10T15:30:00.123456Z","updatedAt":"2026-03-10T15:30:00.123456Z"}', '{"id":"019cd85e-893b-774b-840e-5554048d0cef","name":"Teams","appId":"019cd85e-893b-774f-81f0-b56eac7676da","enabled":true,"version":2,"products":[{"productId":"019cd85e-893b-774f-9f31-98952756e5bf","appsOff":["019cd85e-893b-774f-b5e9-6c8514d81e01"]},{"productId":"019cd85e-893b-774f-9f9d-064a8ff74aba","appsOff":[]}],"createdAt":"2026-03-10T15:30:00.123456Z","updatedAt":"2026-03-10T15:30:00.123456Z"}', 'request-1');
INSERT INTO "audit_events" VALUES ('019cd85e-893b-774f-a769-c2abee7090c6', '019cdd84-e53b-774b-9661-9c10be23106f', '2026-03-11 15:30:00.123456+00:00', 'acme-admin', 'removeLicense', 'license', '019cd85e-893b-774b-b0e5-c8f02de980cc', '{"id":"019cd85e-893b-774b-b0e5-c8f02de980cc","userId":"019cd85e-893b-774b-b630-51cfbee72418","productId":"019cd85e-893b-774f-9f31-98952756e5bf","source":"AUTO_CLAIM","policyId":"019cd85e-893b-774b-840e-5554048d0cef","appsOff":["019cd85e-893b-774f-b5e9-6c8514d81e01"],"assignedAt":"2026-03-10T15:30:00.123456Z"}', '{"id":"019cd85e-893b-774b-b0e5-c8f02de980cc","userId":"019cd85e-893b-774b-b630-51cfbee72418","productId":"019cd85e-893b-774f-9f31-98952756e5bf","source":"AUTO_CLAIM","policyId":"019cd85e-893b-774b-840e-5554048d0cef","appsOff":["019cd85e-893b-774f-b5e9-6c8514d81e01"],"assignedAt":"2026-03-10T15:30:00.123456Z","removedAt":"2026-03-11T15:30:00.123456Z"}', 'request-1');
INSERT INTO "audit_events" VALUES ('019cd85e-893b-774f-a769-c2abee7090c6', '019cdd84-e53b-774b-8d41-6c8f628c0c5e', '2026-03-11 15:30:00.123456+00:00', 'acme-admin', 'removeLicense', 'user', '019cd85e-893b-774b-b630-51cfbee72418', '{"id":"019cd85e-893b-774b-b630-51cfbee72418","externalId":"ann","displayName":"Ann Änder","email":"ann@example.com","createdAt":"2026-03-10T15:30:00.123456Z"}', '{"id":"019cd85e-893b-774b-b630-51cfbee72418","externalId":"ann","displayName":"Ann Änder","email":"ann@example.com","blockedAt":"2026-03-11T15:30:00.123456Z","createdAt":"2026-03-10T15:30:00.123456Z"}', 'request-1');
INSERT INTO "audit_events" VALUES ('019cd85e-893b-774f-a769-c2abee7090c6', '019cdd84-e53b-774b-8e76-c6109ca162aa', '2026-03-11 15:30:00.123456+00:00', 'acme-admin', 'assignLicense', 'license', '019cdd84-e53b-774b-a003-7dd155c5f447', NULL, '{"id":"019cdd84-e53b-774b-a003-7dd155c5f447","userId":"019cdd84-e53b-774b-9fc4-843b90b57427","productId":"019cd85e-893b-774f-9f31-98952756e5bf","source":"DIRECT","appsOff":[],"assignedAt":"2026-03-11T15:30:00.123456Z"}', 'request-1');
INSERT INTO "audit_events" VALUES ('019cd85e-893b-774f-8e52-6656eba07fef', '019cdd84-e53b-774b-af6c-b8a170a33bc4', '2026-03-11 15:30:00.123456+00:00', 'other-admin', 'createSubscription', 'subscription', '019cdd84-e53b-774b-9b17-a5e43f443425', NULL, '{"id":"019cdd84-e53b-774b-9b17-a5e43f443425","productId":"019cd85e-893b-774f-96f3-8ff0c29aa31a","quantity":3,"status":"ACTIVE","createdAt":"2026-03-11T15:30:00.123456Z","updatedAt":"2026-03-11T15:30:00.123456Z"}', 'request-1');
INSERT INTO "audit_events" VALUES ('019cd85e-893b-774f-8e52-6656eba07fef', '019cdd84-e53b-774b-a1f5-145a8a08ae1d', '2026-03-11 15:30:00.123456+00:00', 'other-admin', 'createPolicy', 'policy', '019cdd84-e53b-774b-a2f7-ef2bcde4715f', NULL, '{"id":"019cdd84-e53b-774b-a2f7-ef2bcde4715f","name":"Old","appId":"019cd85e-893b-774f-81f0-b56eac7676da","enabled":true,"version":1,"products":[{"productId":"019cd85e-893b-774f-96f3-8ff0c29aa31a","appsOff":[]}],"createdAt":"2026-03-11T15:30:00.123456Z","updatedAt":"2026-03-11T15:30:00.123456Z"}', 'request-1');
INSERT INTO "audit_events" VALUES ('019cd85e-893b-774f-8e52-6656eba07fef', '019cdd84-e53b-774b-8a84-3d5e68429e21', '2026-03-11 15:30:00.123456+00:00', 'other-admin', 'deletePolicy', 'policy', '019cdd84-e53b-774b-a2f7-ef2bcde4715f', '{"id":"019cdd84-e53b-774b-a2f7-ef2bcde4715f","name":"Old","appId":"019cd85e-893b-774f-81f0-b56eac7676da","enabled":true,"version":1,"products":[{"productId":"019cd85e-893b-774f-96f3-8ff0c29aa31a","appsOff":[]}],"createdAt":"2026-03-11T15:30:00.123456Z","updatedAt":"2026-03-11T15:30:00.123456Z"}', '{"id":"019cdd84-e53b-774b-a2f7-ef2bcde4715f","name":"Old","appId":"019cd85e-893b-774f-81f0-b56eac7676da","enabled":true,"version":2,"products":[{"productId":"019cd85e-893b-774f-96f3-8ff0c29aa31a","appsOff":[]}],"createdAt":"2026-03-11T15:30:00.123456Z","updatedAt":"2026-03-11T15:30:00.123456Z","deletedAt":"2026-03-11T15:30:00.123456Z"}', 'request-1');
INSERT INTO "audit_events" VALUES ('019cd85e-893b-774f-8e52-6656eba07fef', '019cdd84-e53b-774b-84d5-f165519c507c', '2026-03-11 15:30:00.123456+00:00', 'other-admin', 'createPolicy', 'policy', '019cdd84-e53b-774b-ae6c-5e3b6cd6b6ab', NULL, '{"id":"019cdd84-e53b-774b-ae6c-5e3b6cd6b6ab","name":"New","appId":"019cd85e-893b-774f-81f0-b56eac7676da","enabled":true,"version":1,"products":[{"productId":"019cd85e-893b-774f-96f3-8ff0c29aa31a","appsOff":[]}],"createdAt":"2026-03-11T15:30:00.123456Z","updatedAt":"2026-03-11T15:30:00.123456Z"}', 'request-1');
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
