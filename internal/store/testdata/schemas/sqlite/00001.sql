CREATE TABLE goose_db_version (
		id INTEGER PRIMARY KEY AUTOINCREMENT,
		version_id INTEGER NOT NULL,
		is_applied INTEGER NOT NULL,
		tstamp TIMESTAMP DEFAULT (datetime('now'))
	);
INSERT INTO "goose_db_version" VALUES (1, 0, 1, '2026-11-24 21:34:32');
INSERT INTO "goose_db_version" VALUES (2, 1, 1, '2026-11-24 21:34:32');
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
INSERT INTO "apps" VALUES ('019cd85e-893b-774f-ad4a-0f3605ce7589', '9dd45021-46d6-45a9-bb04-d8a4002babe8', 'TEAMS1', 'App TEAMS1', 1);
INSERT INTO "apps" VALUES ('019cd85e-893b-774f-b56a-991f11eced00', '57257a57-48b1-4e75-aa55-5740395df8eb', 'MAIL', 'App MAIL', 1);
INSERT INTO "apps" VALUES ('019cd85e-893b-774f-98f6-4462a4b4449d', 'cda1207d-c1ff-4aa9-98ab-f13fb30bf406', 'VOICE', 'App VOICE', 0);
INSERT INTO "apps" VALUES ('019cd85e-893b-774f-ba94-c00d95cb9f08', 'fc0970e6-020f-4ca8-a7a6-c2209d5f2096', 'SKETCH', 'App SKETCH', 0);
CREATE TABLE products (
    id        text NOT NULL PRIMARY KEY,
    vendor_id text NOT NULL UNIQUE,
    code      text NOT NULL,
    name      text NOT NULL
);
INSERT INTO "products" VALUES ('019cd85e-893b-774f-bc6d-af5a66beee08', '1efccbbd-9de7-4f20-90c5-5a1aef6dd77d', 'E5', 'Product E5');
INSERT INTO "products" VALUES ('019cd85e-893b-774f-bad3-69b0fe80128b', '828c07de-2c88-4d95-aa99-b34fe91f82f8', 'E3', 'Product E3');
INSERT INTO "products" VALUES ('019cd85e-893b-774f-9cdf-90c2d4d02109', '3428b738-3341-41e2-95ce-3b691ab32d63', 'E1', 'Product E1');
INSERT INTO "products" VALUES ('019cd85e-893b-774f-9bde-6c1119fab00a', '11f55e28-bb51-43c8-9529-a999d8dea371', 'F1', 'Product F1');
INSERT INTO "products" VALUES ('019cd85e-893b-774f-ae04-6ee4dcd09e00', '1c0d82d8-e17a-4cb5-aa7f-f533c2a913d3', 'BASIC', 'Product BASIC');
INSERT INTO "products" VALUES ('019cd85e-893b-774f-98a8-ee7d044024cf', '00190e35-ac3e-4f85-87b0-9ac0a62b0992', 'DRAW', 'Product DRAW');
CREATE TABLE product_apps (
    product_id text NOT NULL REFERENCES products (id),
    app_id     text NOT NULL REFERENCES apps (id),
    PRIMARY KEY (product_id, app_id)
);
INSERT INTO "product_apps" VALUES ('019cd85e-893b-774f-bc6d-af5a66beee08', '019cd85e-893b-774f-ad4a-0f3605ce7589');
INSERT INTO "product_apps" VALUES ('019cd85e-893b-774f-bc6d-af5a66beee08', '019cd85e-893b-774f-b56a-991f11eced00');
INSERT INTO "product_apps" VALUES ('019cd85e-893b-774f-bc6d-af5a66beee08', '019cd85e-893b-774f-98f6-4462a4b4449d');
INSERT INTO "product_apps" VALUES ('019cd85e-893b-774f-bad3-69b0fe80128b', '019cd85e-893b-774f-ad4a-0f3605ce7589');
INSERT INTO "product_apps" VALUES ('019cd85e-893b-774f-bad3-69b0fe80128b', '019cd85e-893b-774f-b56a-991f11eced00');
INSERT INTO "product_apps" VALUES ('019cd85e-893b-774f-bad3-69b0fe80128b', '019cd85e-893b-774f-98f6-4462a4b4449d');
INSERT INTO "product_apps" VALUES ('019cd85e-893b-774f-9cdf-90c2d4d02109', '019cd85e-893b-774f-ad4a-0f3605ce7589');
INSERT INTO "product_apps" VALUES ('019cd85e-893b-774f-9cdf-90c2d4d02109', '019cd85e-893b-774f-b56a-991f11eced00');
INSERT INTO "product_apps" VALUES ('019cd85e-893b-774f-9bde-6c1119fab00a', '019cd85e-893b-774f-ad4a-0f3605ce7589');
INSERT INTO "product_apps" VALUES ('019cd85e-893b-774f-9bde-6c1119fab00a', '019cd85e-893b-774f-b56a-991f11eced00');
INSERT INTO "product_apps" VALUES ('019cd85e-893b-774f-ae04-6ee4dcd09e00', '019cd85e-893b-774f-ad4a-0f3605ce7589');
INSERT INTO "product_apps" VALUES ('019cd85e-893b-774f-98a8-ee7d044024cf', '019cd85e-893b-774f-ba94-c00d95cb9f08');
CREATE TABLE tenants (
    id                 text     NOT NULL PRIMARY KEY,
    name               text     NOT NULL,
    name_key           text     NOT NULL UNIQUE,
    external_id        text     NOT NULL UNIQUE,
    auto_claim_enabled boolean  NOT NULL,
    config_version     integer  NOT NULL,
    created_at         datetime NOT NULL
);
INSERT INTO "tenants" VALUES ('019cd85e-893b-774f-bf02-5eba23f900de', 'acme', 'acme', 'acme-external', 1, 4, '2026-03-10 15:30:00.123456+00:00');
INSERT INTO "tenants" VALUES ('019cd85e-893b-774f-990e-9a80bcb5e5c3', 'other', 'other', 'other-external', 1, 5, '2026-03-10 15:30:00.123456+00:00');
CREATE TABLE license_pools (
    tenant_id  text    NOT NULL REFERENCES tenants (id),
    product_id text    NOT NULL REFERENCES products (id),
    total      integer NOT NULL CHECK (total >= 0),
    assigned   integer NOT NULL CHECK (assigned >= 0),
    PRIMARY KEY (tenant_id, product_id)
);
INSERT INTO "license_pools" VALUES ('019cd85e-893b-774f-bf02-5eba23f900de', '019cd85e-893b-774f-bad3-69b0fe80128b', 2, 2);
INSERT INTO "license_pools" VALUES ('019cd85e-893b-774f-bf02-5eba23f900de', '019cd85e-893b-774f-9cdf-90c2d4d02109', 1, 1);
INSERT INTO "license_pools" VALUES ('019cd85e-893b-774f-bf02-5eba23f900de', '019cd85e-893b-774f-9bde-6c1119fab00a', 0, 0);
INSERT INTO "license_pools" VALUES ('019cd85e-893b-774f-990e-9a80bcb5e5c3', '019cd85e-893b-774f-ae04-6ee4dcd09e00', 3, 1);
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
INSERT INTO "subscriptions" VALUES ('019cd85e-893b-774f-bf02-5eba23f900de', '019cd85e-893b-774b-827d-97cbdfed8b7f', '019cd85e-893b-774f-bad3-69b0fe80128b', 2, 'ACTIVE', '2026-03-10 15:30:00.123456+00:00', '2026-03-10 15:30:00.123456+00:00');
INSERT INTO "subscriptions" VALUES ('019cd85e-893b-774f-bf02-5eba23f900de', '019cd85e-893b-774b-aa4c-5a93d794538c', '019cd85e-893b-774f-9cdf-90c2d4d02109', 1, 'ACTIVE', '2026-03-10 15:30:00.123456+00:00', '2026-03-10 15:30:00.123456+00:00');
INSERT INTO "subscriptions" VALUES ('019cd85e-893b-774f-bf02-5eba23f900de', '019cd85e-893b-774b-a438-abcb47cff46f', '019cd85e-893b-774f-9bde-6c1119fab00a', 7, 'SUSPENDED', '2026-03-10 15:30:00.123456+00:00', '2026-03-10 15:30:00.123456+00:00');
INSERT INTO "subscriptions" VALUES ('019cd85e-893b-774f-990e-9a80bcb5e5c3', '019cdd84-e53b-774b-ac54-ee6142bb8447', '019cd85e-893b-774f-ae04-6ee4dcd09e00', 3, 'ACTIVE', '2026-03-11 15:30:00.123456+00:00', '2026-03-11 15:30:00.123456+00:00');
CREATE TABLE users (
    tenant_id       text     NOT NULL REFERENCES tenants (id),
    id              text     NOT NULL,
    external_id     text     NOT NULL,
    display_name    text     NOT NULL,
    email           text     NOT NULL,
    search_key      text     NOT NULL,
    blocked_at      datetime ,
    last_sign_in_at datetime ,
    created_at      datetime NOT NULL,
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, external_id)
);
INSERT INTO "users" VALUES ('019cd85e-893b-774f-bf02-5eba23f900de', '019cd85e-893b-774b-99a5-0d10a3637be4', 'ann', 'Ann Änder', 'ann@example.com', 'ann änder
ann@example.com
ann', '2026-03-11 15:30:00.123456+00:00', '2026-03-10 15:30:00.123456+00:00', '2026-03-10 15:30:00.123456+00:00');
INSERT INTO "users" VALUES ('019cd85e-893b-774f-bf02-5eba23f900de', '019cd85e-893b-774b-9fad-42388a24be3f', 'o''hara', '', '', '

o''hara', NULL, '2026-03-11 15:30:00.123456+00:00', '2026-03-10 15:30:00.123456+00:00');
INSERT INTO "users" VALUES ('019cd85e-893b-774f-bf02-5eba23f900de', '019cd85e-893b-774b-8002-c94dca70905f', 'bob', '', '', '

bob', NULL, '2026-03-10 15:30:00.123456+00:00', '2026-03-10 15:30:00.123456+00:00');
INSERT INTO "users" VALUES ('019cd85e-893b-774f-bf02-5eba23f900de', '019cdd84-e53b-774b-83f4-6d1674f36e80', 'dan', '', '', '

dan', NULL, '2026-03-11 15:30:00.123456+00:00', '2026-03-11 15:30:00.123456+00:00');
INSERT INTO "users" VALUES ('019cd85e-893b-774f-990e-9a80bcb5e5c3', '019cdd84-e53b-774b-be02-e10089f98c11', 'ann', '', '', '

ann', NULL, '2026-03-11 15:30:00.123456+00:00', '2026-03-11 15:30:00.123456+00:00');
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
INSERT INTO "policies" VALUES ('019cd85e-893b-774f-bf02-5eba23f900de', '019cd85e-893b-774b-a4a9-8a510d5a98a3', 'Teams', 'teams', '019cd85e-893b-774f-ad4a-0f3605ce7589', 1, 2, '2026-03-10 15:30:00.123456+00:00', '2026-03-10 15:30:00.123456+00:00', NULL);
INSERT INTO "policies" VALUES ('019cd85e-893b-774f-990e-9a80bcb5e5c3', '019cdd84-e53b-774b-a5d0-315edbcd4ad2', 'Old', 'old', '019cd85e-893b-774f-ad4a-0f3605ce7589', 1, 2, '2026-03-11 15:30:00.123456+00:00', '2026-03-11 15:30:00.123456+00:00', '2026-03-11 15:30:00.123456+00:00');
INSERT INTO "policies" VALUES ('019cd85e-893b-774f-990e-9a80bcb5e5c3', '019cdd84-e53b-774b-8870-de1e60eaf2e5', 'New', 'new', '019cd85e-893b-774f-ad4a-0f3605ce7589', 1, 1, '2026-03-11 15:30:00.123456+00:00', '2026-03-11 15:30:00.123456+00:00', NULL);
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
INSERT INTO "policy_products" VALUES ('019cd85e-893b-774f-bf02-5eba23f900de', '019cd85e-893b-774b-a4a9-8a510d5a98a3', 0, '019cd85e-893b-774f-bad3-69b0fe80128b', '["019cd85e-893b-774f-98f6-4462a4b4449d"]');
INSERT INTO "policy_products" VALUES ('019cd85e-893b-774f-bf02-5eba23f900de', '019cd85e-893b-774b-a4a9-8a510d5a98a3', 1, '019cd85e-893b-774f-9cdf-90c2d4d02109', '[]');
INSERT INTO "policy_products" VALUES ('019cd85e-893b-774f-990e-9a80bcb5e5c3', '019cdd84-e53b-774b-a5d0-315edbcd4ad2', 0, '019cd85e-893b-774f-ae04-6ee4dcd09e00', '[]');
INSERT INTO "policy_products" VALUES ('019cd85e-893b-774f-990e-9a80bcb5e5c3', '019cdd84-e53b-774b-8870-de1e60eaf2e5', 0, '019cd85e-893b-774f-ae04-6ee4dcd09e00', '[]');
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
INSERT INTO "licenses" VALUES ('019cd85e-893b-774f-bf02-5eba23f900de', '019cd85e-893b-774b-94fa-4a64743c923b', '019cd85e-893b-774b-99a5-0d10a3637be4', '019cd85e-893b-774f-bad3-69b0fe80128b', 'AUTO_CLAIM', '019cd85e-893b-774b-a4a9-8a510d5a98a3', '["019cd85e-893b-774f-98f6-4462a4b4449d"]', '2026-03-10 15:30:00.123456+00:00', '2026-03-11 15:30:00.123456+00:00');
INSERT INTO "licenses" VALUES ('019cd85e-893b-774f-bf02-5eba23f900de', '019cd85e-893b-774b-b8a8-15722a78385b', '019cd85e-893b-774b-8002-c94dca70905f', '019cd85e-893b-774f-bad3-69b0fe80128b', 'AUTO_CLAIM', '019cd85e-893b-774b-a4a9-8a510d5a98a3', '["019cd85e-893b-774f-98f6-4462a4b4449d"]', '2026-03-10 15:30:00.123456+00:00', NULL);
INSERT INTO "licenses" VALUES ('019cd85e-893b-774f-bf02-5eba23f900de', '019cdd84-e53b-774b-b673-edc8b59cc024', '019cd85e-893b-774b-9fad-42388a24be3f', '019cd85e-893b-774f-9cdf-90c2d4d02109', 'AUTO_CLAIM', '019cd85e-893b-774b-a4a9-8a510d5a98a3', '[]', '2026-03-11 15:30:00.123456+00:00', NULL);
INSERT INTO "licenses" VALUES ('019cd85e-893b-774f-bf02-5eba23f900de', '019cdd84-e53b-774b-9798-24f9bcf79067', '019cdd84-e53b-774b-83f4-6d1674f36e80', '019cd85e-893b-774f-bad3-69b0fe80128b', 'DIRECT', NULL, '[]', '2026-03-11 15:30:00.123456+00:00', NULL);
INSERT INTO "licenses" VALUES ('019cd85e-893b-774f-990e-9a80bcb5e5c3', '019cdd84-e53b-774b-bd5a-3b64ad921961', '019cdd84-e53b-774b-be02-e10089f98c11', '019cd85e-893b-774f-ae04-6ee4dcd09e00', 'AUTO_CLAIM', '019cdd84-e53b-774b-a5d0-315edbcd4ad2', '[]', '2026-03-11 15:30:00.123456+00:00', NULL);
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
INSERT INTO "claims" VALUES ('019cd85e-893b-774f-bf02-5eba23f900de', '019cd85e-893b-774b-9601-b14b7887cf7d', '019cd85e-893b-774b-99a5-0d10a3637be4', '019cd85e-893b-774b-a4a9-8a510d5a98a3', '019cd85e-893b-774f-ad4a-0f3605ce7589', '019cd85e-893b-774f-bad3-69b0fe80128b', '019cd85e-893b-774b-94fa-4a64743c923b', 0, '2026-03-10 15:30:00.123456+00:00');
INSERT INTO "claims" VALUES ('019cd85e-893b-774f-bf02-5eba23f900de', '019cd85e-893b-774b-8451-7227c54725e4', '019cd85e-893b-774b-8002-c94dca70905f', '019cd85e-893b-774b-a4a9-8a510d5a98a3', '019cd85e-893b-774f-ad4a-0f3605ce7589', '019cd85e-893b-774f-bad3-69b0fe80128b', '019cd85e-893b-774b-b8a8-15722a78385b', 0, '2026-03-10 15:30:00.123456+00:00');
INSERT INTO "claims" VALUES ('019cd85e-893b-774f-bf02-5eba23f900de', '019cdd84-e53b-774b-bc27-e12b8ba462c5', '019cd85e-893b-774b-9fad-42388a24be3f', '019cd85e-893b-774b-a4a9-8a510d5a98a3', '019cd85e-893b-774f-ad4a-0f3605ce7589', '019cd85e-893b-774f-9cdf-90c2d4d02109', '019cdd84-e53b-774b-b673-edc8b59cc024', 1, '2026-03-11 15:30:00.123456+00:00');
INSERT INTO "claims" VALUES ('019cd85e-893b-774f-990e-9a80bcb5e5c3', '019cdd84-e53b-774b-bab5-6fb85ad91b02', '019cdd84-e53b-774b-be02-e10089f98c11', '019cdd84-e53b-774b-a5d0-315edbcd4ad2', '019cd85e-893b-774f-ad4a-0f3605ce7589', '019cd85e-893b-774f-ae04-6ee4dcd09e00', '019cdd84-e53b-774b-bd5a-3b64ad921961', 0, '2026-03-11 15:30:00.123456+00:00');
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
INSERT INTO "claim_days" VALUES ('019cd85e-893b-774f-bf02-5eba23f900de', '2026-03-10 00:00:00+00:00', '019cd85e-893b-774b-a4a9-8a510d5a98a3', '019cd85e-893b-774f-bad3-69b0fe80128b', 2);
INSERT INTO "claim_days" VALUES ('019cd85e-893b-774f-bf02-5eba23f900de', '2026-03-11 00:00:00+00:00', '019cd85e-893b-774b-a4a9-8a510d5a98a3', '019cd85e-893b-774f-9cdf-90c2d4d02109', 1);
INSERT INTO "claim_days" VALUES ('019cd85e-893b-774f-990e-9a80bcb5e5c3', '2026-03-11 00:00:00+00:00', '019cdd84-e53b-774b-a5d0-315edbcd4ad2', '019cd85e-893b-774f-ae04-6ee4dcd09e00', 1);
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
INSERT INTO "missed_claims" VALUES ('019cd85e-893b-774f-bf02-5eba23f900de', '019cdd84-e53b-774b-addd-1170804f7829', '019cd85e-893b-774b-a4a9-8a510d5a98a3', '019cdd84-e53b-774b-83f4-6d1674f36e80', '2026-03-11 15:30:00.123456+00:00', '2026-03-11 15:30:00.123456+00:00', 2);
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
INSERT INTO "audit_events" VALUES ('019cd85e-893b-774f-bf02-5eba23f900de', '019cd85e-893b-774b-9a68-7deadcded879', '2026-03-10 15:30:00.123456+00:00', 'acme-admin', 'setAutoClaimEnabled', 'tenant', '019cd85e-893b-774f-bf02-5eba23f900de', '{"autoClaimEnabled":false}', '{"autoClaimEnabled":true}', 'request-1');
INSERT INTO "audit_events" VALUES ('019cd85e-893b-774f-990e-9a80bcb5e5c3', '019cd85e-893b-774b-b121-3cfc2ae82000', '2026-03-10 15:30:00.123456+00:00', 'other-admin', 'setAutoClaimEnabled', 'tenant', '019cd85e-893b-774f-990e-9a80bcb5e5c3', '{"autoClaimEnabled":false}', '{"autoClaimEnabled":true}', 'request-1');
INSERT INTO "audit_events" VALUES ('019cd85e-893b-774f-bf02-5eba23f900de', '019cd85e-893b-774b-854f-72107b5a1b3b', '2026-03-10 15:30:00.123456+00:00', 'acme-admin', 'createSubscription', 'subscription', '019cd85e-893b-774b-827d-97cbdfed8b7f', NULL, '{"id":"019cd85e-893b-774b-827d-97cbdfed8b7f","productId":"019cd85e-893b-774f-bad3-69b0fe80128b","quantity":2,"status":"ACTIVE","createdAt":"2026-03-10T15:30:00.123456Z","updatedAt":"2026-03-10T15:30:00.123456Z"}', 'request-1');
INSERT INTO "audit_events" VALUES ('019cd85e-893b-774f-bf02-5eba23f900de', '019cd85e-893b-774b-9908-93a5472d39f7', '2026-03-10 15:30:00.123456+00:00', 'acme-admin', 'createSubscription', 'subscription', '019cd85e-893b-774b-aa4c-5a93d794538c', NULL, '{"id":"019cd85e-893b-774b-aa4c-5a93d794538c","productId":"019cd85e-893b-774f-9cdf-90c2d4d02109","quantity":1,"status":"ACTIVE","createdAt":"2026-03-10T15:30:00.123456Z","updatedAt":"2026-03-10T15:30:00.123456Z"}', 'request-1');
INSERT INTO "audit_events" VALUES ('019cd85e-893b-774f-bf02-5eba23f900de', '019cd85e-893b-774b-88fe-d764101fff3e', '2026-03-10 15:30:00.123456+00:00', 'acme-admin', 'createSubscription', 'subscription', '019cd85e-893b-774b-a438-abcb47cff46f', NULL, '{"id":"019cd85e-893b-774b-a438-abcb47cff46f","productId":"019cd85e-893b-774f-9bde-6c1119fab00a","quantity":7,"status":"ACTIVE","createdAt":"2026-03-10T15:30:00.123456Z","updatedAt":"2026-03-10T15:30:00.123456Z"}', 'request-1');
INSERT INTO "audit_events" VALUES ('019cd85e-893b-774f-bf02-5eba23f900de', '019cd85e-893b-774b-8ef8-90e41d53f04e', '2026-03-10 15:30:00.123456+00:00', 'acme-admin', 'updateSubscription', 'subscription', '019cd85e-893b-774b-a438-abcb47cff46f', '{"id":"019cd85e-893b-774b-a438-abcb47cff46f","productId":"019cd85e-893b-774f-9bde-6c1119fab00a","quantity":7,"status":"ACTIVE","createdAt":"2026-03-10T15:30:00.123456Z","updatedAt":"2026-03-10T15:30:00.123456Z"}', '{"id":"019cd85e-893b-774b-a438-abcb47cff46f","productId":"019cd85e-893b-774f-9bde-6c1119fab00a","quantity":7,"status":"SUSPENDED","createdAt":"2026-03-10T15:30:00.123456Z","updatedAt":"2026-03-10T15:30:00.123456Z"}', 'request-1');
INSERT INTO "audit_events" VALUES ('019cd85e-893b-774f-bf02-5eba23f900de', '019cd85e-893b-774b-b6cd-136cdb9f7993', '2026-03-10 15:30:00.123456+00:00', 'acme-admin', 'createPolicy', 'policy', '019cd85e-893b-774b-a4a9-8a510d5a98a3', NULL, '{"id":"019cd85e-893b-774b-a4a9-8a510d5a98a3","name":"Teams","appId":"019cd85e-893b-774f-ad4a-0f3605ce7589","enabled":true,"version":1,"products":[{"productId":"019cd85e-893b-774f-bad3-69b0fe80128b","appsOff":null},{"productId":"019cd85e-893b-774f-9cdf-90c2d4d02109","appsOff":null}],"createdAt":"2026-03-10T15:30:00.123456Z","updatedAt":"2026-03-10T15:30:00.123456Z"}', 'request-1');
INSERT INTO "audit_events" VALUES ('019cd85e-893b-774f-bf02-5eba23f900de', '019cd85e-893b-774b-880a-7762d9950447', '2026-03-10 15:30:00.123456+00:00', 'acme-admin', 'setAppToggles', 'policy', '019cd85e-893b-774b-a4a9-8a510d5a98a3', '{"id":"019cd85e-893b-774b-a4a9-8a510d5a98a3","name":"Teams","appId":"019cd85e-893b-774f-ad4a-0f3605ce7589","enabled":true,"version":1,"products":[{"productId":"019cd85e-893b-774f-bad3-69b0fe80128b","appsOff":[]},{"productId":"019cd85e-893b-774f-9cdf-90c2d4d02109","appsOff":[]}],"createdAt":"2026-03-10T15:30:00.123456Z","updatedAt":"2026-03-10T15:30:00.123456Z"}', '{"id":"019cd85e-893b-774b-a4a9-8a510d5a98a3","name":"Teams","appId":"019cd85e-893b-774f-ad4a-0f3605ce7589","enabled":true,"version":2,"products":[{"productId":"019cd85e-893b-774f-bad3-69b0fe80128b","appsOff":["019cd85e-893b-774f-98f6-4462a4b4449d"]},{"productId":"019cd85e-893b-774f-9cdf-90c2d4d02109","appsOff":[]}],"createdAt":"2026-03-10T15:30:00.123456Z","updatedAt":"2026-03-10T15:30:00.123456Z"}', 'request-1');
INSERT INTO "audit_events" VALUES ('019cd85e-893b-774f-bf02-5eba23f900de', '019cdd84-e53b-774b-82c6-6c9ce57f4778', '2026-03-11 15:30:00.123456+00:00', 'acme-admin', 'removeLicense', 'license', '019cd85e-893b-774b-94fa-4a64743c923b', '{"id":"019cd85e-893b-774b-94fa-4a64743c923b","userId":"019cd85e-893b-774b-99a5-0d10a3637be4","productId":"019cd85e-893b-774f-bad3-69b0fe80128b","source":"AUTO_CLAIM","policyId":"019cd85e-893b-774b-a4a9-8a510d5a98a3","appsOff":["019cd85e-893b-774f-98f6-4462a4b4449d"],"assignedAt":"2026-03-10T15:30:00.123456Z"}', '{"id":"019cd85e-893b-774b-94fa-4a64743c923b","userId":"019cd85e-893b-774b-99a5-0d10a3637be4","productId":"019cd85e-893b-774f-bad3-69b0fe80128b","source":"AUTO_CLAIM","policyId":"019cd85e-893b-774b-a4a9-8a510d5a98a3","appsOff":["019cd85e-893b-774f-98f6-4462a4b4449d"],"assignedAt":"2026-03-10T15:30:00.123456Z","removedAt":"2026-03-11T15:30:00.123456Z"}', 'request-1');
INSERT INTO "audit_events" VALUES ('019cd85e-893b-774f-bf02-5eba23f900de', '019cdd84-e53b-774b-821a-b98043019dae', '2026-03-11 15:30:00.123456+00:00', 'acme-admin', 'removeLicense', 'user', '019cd85e-893b-774b-99a5-0d10a3637be4', '{"id":"019cd85e-893b-774b-99a5-0d10a3637be4","externalId":"ann","displayName":"Ann Änder","email":"ann@example.com","createdAt":"2026-03-10T15:30:00.123456Z"}', '{"id":"019cd85e-893b-774b-99a5-0d10a3637be4","externalId":"ann","displayName":"Ann Änder","email":"ann@example.com","blockedAt":"2026-03-11T15:30:00.123456Z","createdAt":"2026-03-10T15:30:00.123456Z"}', 'request-1');
INSERT INTO "audit_events" VALUES ('019cd85e-893b-774f-bf02-5eba23f900de', '019cdd84-e53b-774b-a2c4-6d4f3c85fcb7', '2026-03-11 15:30:00.123456+00:00', 'acme-admin', 'assignLicense', 'license', '019cdd84-e53b-774b-9798-24f9bcf79067', NULL, '{"id":"019cdd84-e53b-774b-9798-24f9bcf79067","userId":"019cdd84-e53b-774b-83f4-6d1674f36e80","productId":"019cd85e-893b-774f-bad3-69b0fe80128b","source":"DIRECT","appsOff":null,"assignedAt":"2026-03-11T15:30:00.123456Z"}', 'request-1');
INSERT INTO "audit_events" VALUES ('019cd85e-893b-774f-990e-9a80bcb5e5c3', '019cdd84-e53b-774b-8c16-c7e32635a5b4', '2026-03-11 15:30:00.123456+00:00', 'other-admin', 'createSubscription', 'subscription', '019cdd84-e53b-774b-ac54-ee6142bb8447', NULL, '{"id":"019cdd84-e53b-774b-ac54-ee6142bb8447","productId":"019cd85e-893b-774f-ae04-6ee4dcd09e00","quantity":3,"status":"ACTIVE","createdAt":"2026-03-11T15:30:00.123456Z","updatedAt":"2026-03-11T15:30:00.123456Z"}', 'request-1');
INSERT INTO "audit_events" VALUES ('019cd85e-893b-774f-990e-9a80bcb5e5c3', '019cdd84-e53b-774b-8d43-84d7d6c1af0b', '2026-03-11 15:30:00.123456+00:00', 'other-admin', 'createPolicy', 'policy', '019cdd84-e53b-774b-a5d0-315edbcd4ad2', NULL, '{"id":"019cdd84-e53b-774b-a5d0-315edbcd4ad2","name":"Old","appId":"019cd85e-893b-774f-ad4a-0f3605ce7589","enabled":true,"version":1,"products":[{"productId":"019cd85e-893b-774f-ae04-6ee4dcd09e00","appsOff":null}],"createdAt":"2026-03-11T15:30:00.123456Z","updatedAt":"2026-03-11T15:30:00.123456Z"}', 'request-1');
INSERT INTO "audit_events" VALUES ('019cd85e-893b-774f-990e-9a80bcb5e5c3', '019cdd84-e53b-774b-87a6-7dbdfd9ddf8f', '2026-03-11 15:30:00.123456+00:00', 'other-admin', 'deletePolicy', 'policy', '019cdd84-e53b-774b-a5d0-315edbcd4ad2', '{"id":"019cdd84-e53b-774b-a5d0-315edbcd4ad2","name":"Old","appId":"019cd85e-893b-774f-ad4a-0f3605ce7589","enabled":true,"version":1,"products":[{"productId":"019cd85e-893b-774f-ae04-6ee4dcd09e00","appsOff":[]}],"createdAt":"2026-03-11T15:30:00.123456Z","updatedAt":"2026-03-11T15:30:00.123456Z"}', '{"id":"019cdd84-e53b-774b-a5d0-315edbcd4ad2","name":"Old","appId":"019cd85e-893b-774f-ad4a-0f3605ce7589","enabled":true,"version":2,"products":[{"productId":"019cd85e-893b-774f-ae04-6ee4dcd09e00","appsOff":[]}],"createdAt":"2026-03-11T15:30:00.123456Z","updatedAt":"2026-03-11T15:30:00.123456Z","deletedAt":"2026-03-11T15:30:00.123456Z"}', 'request-1');
INSERT INTO "audit_events" VALUES ('019cd85e-893b-774f-990e-9a80bcb5e5c3', '019cdd84-e53b-774b-8b37-a13d47e45758', '2026-03-11 15:30:00.123456+00:00', 'other-admin', 'createPolicy', 'policy', '019cdd84-e53b-774b-8870-de1e60eaf2e5', NULL, '{"id":"019cdd84-e53b-774b-8870-de1e60eaf2e5","name":"New","appId":"019cd85e-893b-774f-ad4a-0f3605ce7589","enabled":true,"version":1,"products":[{"productId":"019cd85e-893b-774f-ae04-6ee4dcd09e00","appsOff":null}],"createdAt":"2026-03-11T15:30:00.123456Z","updatedAt":"2026-03-11T15:30:00.123456Z"}', 'request-1');
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
