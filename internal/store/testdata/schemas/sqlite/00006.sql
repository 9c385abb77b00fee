CREATE TABLE goose_db_version (
		id INTEGER PRIMARY KEY AUTOINCREMENT,
		version_id INTEGER NOT NULL,
		is_applied INTEGER NOT NULL,
		tstamp TIMESTAMP DEFAULT (datetime('now'))
	);
INSERT INTO "goose_db_version" VALUES (1, 0, 1, '2026-11-25 19:15:18');
INSERT INTO "goose_db_version" VALUES (2, 1, 1, '2026-11-25 19:15:18');
INSERT INTO "goose_db_version" VALUES (3, 2, 1, '2026-11-25 19:15:18');
INSERT INTO "goose_db_version" VALUES (4, 3, 1, '2026-11-25 19:15:18');
INSERT INTO "goose_db_version" VALUES (5, 4, 1, '2026-11-25 19:15:18');
INSERT INTO "goose_db_version" VALUES (6, 5, 1, '2026-11-25 19:15:18');
INSERT INTO "goose_db_version" VALUES (7, 6, 1, '2026-11-25 19:15:18');
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
INSERT INTO "apps" VALUES ('019cd85e-893b-774f-9145-5656129371c3', 'd95fd16d-6275-48d5-9aed-6372aac9cd4b', 'TEAMS1', 'App TEAMS1', 1);
INSERT INTO "apps" VALUES ('019cd85e-893b-774f-8748-d7583d4cd0ff', '679e13a4-45fd-4fd6-9520-bb8cb8931a6a', 'MAIL', 'App MAIL', 1);
INSERT INTO "apps" VALUES ('019cd85e-893b-774f-9841-6b0803afb154', '8f5499b0-10b7-449d-b860-dde0ff588aa6', 'VOICE', 'App VOICE', 0);
INSERT INTO "apps" VALUES ('019cd85e-893b-774f-8619-3c33d88ff7cc', 'e5b6ac57-0fcb-48ba-add0-309e3a08f595', 'SKETCH', 'App SKETCH', 0);
CREATE TABLE products (
    id        text NOT NULL PRIMARY KEY,
    vendor_id text NOT NULL UNIQUE,
    code      text NOT NULL,
    name      text NOT NULL
);
INSERT INTO "products" VALUES ('019cd85e-893b-774f-b29f-201a513e286e', '1caea1a3-e92a-4a43-b0c1-a79dba3e7f87', 'E5', 'Product E5');
INSERT INTO "products" VALUES ('019cd85e-893b-774f-ae30-2dfe699a8644', '6abb7ef3-ebf4-49d9-ab1b-8eb0a8a7902b', 'E3', 'Product E3');
INSERT INTO "products" VALUES ('019cd85e-893b-774f-852d-063c297b9e38', '8f898a63-bf24-4480-bad0-6ebad2f9f0cd', 'E1', 'Product E1');
INSERT INTO "products" VALUES ('019cd85e-893b-774f-a4ca-4b86ece5d02a', '2d93402e-d5bb-4fbb-8d8c-e7b30a19f7bf', 'F1', 'Product F1');
INSERT INTO "products" VALUES ('019cd85e-893b-774f-95b1-8fb7bb90eb94', 'b20dbbda-7beb-48de-824e-7b835118fbd0', 'BASIC', 'Product BASIC');
INSERT INTO "products" VALUES ('019cd85e-893b-774f-bc31-b3e1eca5c9a8', 'e2373993-882f-47e4-bb2e-7f29fbd0e190', 'DRAW', 'Product DRAW');
CREATE TABLE product_apps (
    product_id text NOT NULL REFERENCES products (id),
    app_id     text NOT NULL REFERENCES apps (id),
    PRIMARY KEY (product_id, app_id)
);
INSERT INTO "product_apps" VALUES ('019cd85e-893b-774f-b29f-201a513e286e', '019cd85e-893b-774f-9145-5656129371c3');
INSERT INTO "product_apps" VALUES ('019cd85e-893b-774f-b29f-201a513e286e', '019cd85e-893b-774f-8748-d7583d4cd0ff');
INSERT INTO "product_apps" VALUES ('019cd85e-893b-774f-b29f-201a513e286e', '019cd85e-893b-774f-9841-6b0803afb154');
INSERT INTO "product_apps" VALUES ('019cd85e-893b-774f-ae30-2dfe699a8644', '019cd85e-893b-774f-9145-5656129371c3');
INSERT INTO "product_apps" VALUES ('019cd85e-893b-774f-ae30-2dfe699a8644', '019cd85e-893b-774f-8748-d7583d4cd0ff');
INSERT INTO "product_apps" VALUES ('019cd85e-893b-774f-ae30-2dfe699a8644', '019cd85e-893b-774f-9841-6b0803afb154');
INSERT INTO "product_apps" VALUES ('019cd85e-893b-774f-852d-063c297b9e38', '019cd85e-893b-774f-9145-5656129371c3');
INSERT INTO "product_apps" VALUES ('019cd85e-893b-774f-852d-063c297b9e38', '019cd85e-893b-774f-8748-d7583d4cd0ff');
INSERT INTO "product_apps" VALUES ('019cd85e-893b-774f-a4ca-4b86ece5d02a', '019cd85e-893b-774f-9145-5656129371c3');
INSERT INTO "product_apps" VALUES ('019cd85e-893b-774f-a4ca-4b86ece5d02a', '019cd85e-893b-774f-8748-d7583d4cd0ff');
INSERT INTO "product_apps" VALUES ('019cd85e-893b-774f-95b1-8fb7bb90eb94', '019cd85e-893b-774f-9145-5656129371c3');
INSERT INTO "product_apps" VALUES ('019cd85e-893b-774f-bc31-b3e1eca5c9a8', '019cd85e-893b-774f-8619-3c33d88ff7cc');
CREATE TABLE tenants (
    id                 text     NOT NULL PRIMARY KEY,
    name               text     NOT NULL,
    name_key           text     NOT NULL UNIQUE,
    external_id        text     NOT NULL UNIQUE,
    auto_claim_enabled boolean  NOT NULL,
    config_version     integer  NOT NULL,
    created_at         datetime NOT NULL
, time_zone text NOT NULL DEFAULT 'UTC', fold_external_ids boolean NOT NULL DEFAULT false, deleted_at datetime);
INSERT INTO "tenants" VALUES ('019cd85e-893b-774f-b03a-01622014b3c1', 'acme', 'acme', 'acme-external', 1, 4, '2026-03-10 15:30:00.123456+00:00', 'UTC', 0, NULL);
INSERT INTO "tenants" VALUES ('019cd85e-893b-774f-a5ed-d54d1207bf21', 'other', 'other', 'other-external', 1, 5, '2026-03-10 15:30:00.123456+00:00', 'UTC', 0, NULL);
CREATE TABLE license_pools (
    tenant_id  text    NOT NULL REFERENCES tenants (id),
    product_id text    NOT NULL REFERENCES products (id),
    total      integer NOT NULL CHECK (total >= 0),
    assigned   integer NOT NULL CHECK (assigned >= 0),
    PRIMARY KEY (tenant_id, product_id)
);
INSERT INTO "license_pools" VALUES ('019cd85e-893b-774f-b03a-01622014b3c1', '019cd85e-893b-774f-ae30-2dfe699a8644', 2, 2);
INSERT INTO "license_pools" VALUES ('019cd85e-893b-774f-b03a-01622014b3c1', '019cd85e-893b-774f-852d-063c297b9e38', 1, 1);
INSERT INTO "license_pools" VALUES ('019cd85e-893b-774f-b03a-01622014b3c1', '019cd85e-893b-774f-a4ca-4b86ece5d02a', 0, 0);
INSERT INTO "license_pools" VALUES ('019cd85e-893b-774f-a5ed-d54d1207bf21', '019cd85e-893b-774f-95b1-8fb7bb90eb94', 3, 1);
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
INSERT INTO "subscriptions" VALUES ('019cd85e-893b-774f-b03a-01622014b3c1', '019cd85e-893b-774b-9131-0b9272663eb6', '019cd85e-893b-774f-ae30-2dfe699a8644', 2, 'ACTIVE', '2026-03-10 15:30:00.123456+00:00', '2026-03-10 15:30:00.123456+00:00');
INSERT INTO "subscriptions" VALUES ('019cd85e-893b-774f-b03a-01622014b3c1', '019cd85e-893b-774b-981d-a6306a046bbb', '019cd85e-893b-774f-852d-063c297b9e38', 1, 'ACTIVE', '2026-03-10 15:30:00.123456+00:00', '2026-03-10 15:30:00.123456+00:00');
INSERT INTO "subscriptions" VALUES ('019cd85e-893b-774f-b03a-01622014b3c1', '019cd85e-893b-774b-b951-bd242aa16c0c', '019cd85e-893b-774f-a4ca-4b86ece5d02a', 7, 'SUSPENDED', '2026-03-10 15:30:00.123456+00:00', '2026-03-10 15:30:00.123456+00:00');
INSERT INTO "subscriptions" VALUES ('019cd85e-893b-774f-a5ed-d54d1207bf21', '019cdd84-e53b-774b-af0a-8a9e91735f24', '019cd85e-893b-774f-95b1-8fb7bb90eb94', 3, 'ACTIVE', '2026-03-11 15:30:00.123456+00:00', '2026-03-11 15:30:00.123456+00:00');
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
INSERT INTO "users" VALUES ('019cd85e-893b-774f-b03a-01622014b3c1', '019cd85e-893b-774b-9db9-7febabc58e1c', 'ann', 'Ann Änder', 'ann@example.com', 'ann änder
ann@example.com
ann', '2026-03-11 15:30:00.123456+00:00', '2026-03-10 15:30:00.123456+00:00', '2026-03-10 15:30:00.123456+00:00', NULL);
INSERT INTO "users" VALUES ('019cd85e-893b-774f-b03a-01622014b3c1', '019cd85e-893b-774b-b6ce-8b564e2c1e24', 'o''hara', '', '', '

o''hara', NULL, '2026-03-11 15:30:00.123456+00:00', '2026-03-10 15:30:00.123456+00:00', NULL);
INSERT INTO "users" VALUES ('019cd85e-893b-774f-b03a-01622014b3c1', '019cd85e-893b-774b-977e-8c593292c59c', 'bob', '', '', '

bob', NULL, '2026-03-10 15:30:00.123456+00:00', '2026-03-10 15:30:00.123456+00:00', NULL);
INSERT INTO "users" VALUES ('019cd85e-893b-774f-b03a-01622014b3c1', '019cdd84-e53b-774b-9e3c-fd940f437fe3', 'dan', '', '', '

dan', NULL, '2026-03-11 15:30:00.123456+00:00', '2026-03-11 15:30:00.123456+00:00', NULL);
INSERT INTO "users" VALUES ('019cd85e-893b-774f-a5ed-d54d1207bf21', '019cdd84-e53b-774b-bc0c-79956dcaff98', 'ann', '', '', '

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
INSERT INTO "policies" VALUES ('019cd85e-893b-774f-b03a-01622014b3c1', '019cd85e-893b-774b-86d2-823fedf8b80d', 'Teams', 'teams', '019cd85e-893b-774f-9145-5656129371c3', 1, 2, '2026-03-10 15:30:00.123456+00:00', '2026-03-10 15:30:00.123456+00:00', NULL);
INSERT INTO "policies" VALUES ('019cd85e-893b-774f-a5ed-d54d1207bf21', '019cdd84-e53b-774b-97f5-df01398c6057', 'Old', 'old', '019cd85e-893b-774f-9145-5656129371c3', 1, 2, '2026-03-11 15:30:00.123456+00:00', '2026-03-11 15:30:00.123456+00:00', '2026-03-11 15:30:00.123456+00:00');
INSERT INTO "policies" VALUES ('019cd85e-893b-774f-a5ed-d54d1207bf21', '019cdd84-e53b-774b-8974-025662555973', 'New', 'new', '019cd85e-893b-774f-9145-5656129371c3', 1, 1, '2026-03-11 15:30:00.123456+00:00', '2026-03-11 15:30:00.123456+00:00', NULL);
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
INSERT INTO "policy_products" VALUES ('019cd85e-893b-774f-b03a-01622014b3c1', '019cd85e-893b-774b-86d2-823fedf8b80d', 0, '019cd85e-893b-774f-ae30-2dfe699a8644', '["019cd85e-893b-774f-9841-6b0803afb154"]');
INSERT INTO "policy_products" VALUES ('019cd85e-893b-774f-b03a-01622014b3c1', '019cd85e-893b-774b-86d2-823fedf8b80d', 1, '019cd85e-893b-774f-852d-063c297b9e38', '[]');
INSERT INTO "policy_products" VALUES ('019cd85e-893b-774f-a5ed-d54d1207bf21', '019cdd84-e53b-774b-97f5-df01398c6057', 0, '019cd85e-893b-774f-95b1-8fb7bb90eb94', '[]');
INSERT INTO "policy_products" VALUES ('019cd85e-893b-774f-a5ed-d54d1207bf21', '019cdd84-e53b-774b-8974-025662555973', 0, '019cd85e-893b-774f-95b1-8fb7bb90eb94', '[]');
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
INSERT INTO "licenses" VALUES ('019cd85e-893b-774f-b03a-01622014b3c1', '019cd85e-893b-774b-a0a0-95177fe7c939', '019cd85e-893b-774b-9db9-7febabc58e1c', '019cd85e-893b-774f-ae30-2dfe699a8644', 'AUTO_CLAIM', '019cd85e-893b-774b-86d2-823fedf8b80d', '["019cd85e-893b-774f-9841-6b0803afb154"]', '2026-03-10 15:30:00.123456+00:00', '2026-03-11 15:30:00.123456+00:00');
INSERT INTO "licenses" VALUES ('019cd85e-893b-774f-b03a-01622014b3c1', '019cd85e-893b-774b-9d25-601052c241ed', '019cd85e-893b-774b-977e-8c593292c59c', '019cd85e-893b-774f-ae30-2dfe699a8644', 'AUTO_CLAIM', '019cd85e-893b-774b-86d2-823fedf8b80d', '["019cd85e-893b-774f-9841-6b0803afb154"]', '2026-03-10 15:30:00.123456+00:00', NULL);
INSERT INTO "licenses" VALUES ('019cd85e-893b-774f-b03a-01622014b3c1', '019cdd84-e53b-774b-bace-95fa6a55e358', '019cd85e-893b-774b-b6ce-8b564e2c1e24', '019cd85e-893b-774f-852d-063c297b9e38', 'AUTO_CLAIM', '019cd85e-893b-774b-86d2-823fedf8b80d', '[]', '2026-03-11 15:30:00.123456+00:00', NULL);
INSERT INTO "licenses" VALUES ('019cd85e-893b-774f-b03a-01622014b3c1', '019cdd84-e53b-774b-bef1-296583b49631', '019cdd84-e53b-774b-9e3c-fd940f437fe3', '019cd85e-893b-774f-ae30-2dfe699a8644', 'DIRECT', NULL, '[]', '2026-03-11 15:30:00.123456+00:00', NULL);
INSERT INTO "licenses" VALUES ('019cd85e-893b-774f-a5ed-d54d1207bf21', '019cdd84-e53b-774b-abde-e0c2dfb8497c', '019cdd84-e53b-774b-bc0c-79956dcaff98', '019cd85e-893b-774f-95b1-8fb7bb90eb94', 'AUTO_CLAIM', '019cdd84-e53b-774b-97f5-df01398c6057', '[]', '2026-03-11 15:30:00.123456+00:00', NULL);
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
INSERT INTO "claims" VALUES ('019cd85e-893b-774f-b03a-01622014b3c1', '019cd85e-893b-774b-ba5c-e6a59b3327b0', '019cd85e-893b-774b-9db9-7febabc58e1c', '019cd85e-893b-774b-86d2-823fedf8b80d', '019cd85e-893b-774f-9145-5656129371c3', '019cd85e-893b-774f-ae30-2dfe699a8644', '019cd85e-893b-774b-a0a0-95177fe7c939', 0, '2026-03-10 15:30:00.123456+00:00');
INSERT INTO "claims" VALUES ('019cd85e-893b-774f-b03a-01622014b3c1', '019cd85e-893b-774b-b852-1aa3ad6f863b', '019cd85e-893b-774b-977e-8c593292c59c', '019cd85e-893b-774b-86d2-823fedf8b80d', '019cd85e-893b-774f-9145-5656129371c3', '019cd85e-893b-774f-ae30-2dfe699a8644', '019cd85e-893b-774b-9d25-601052c241ed', 0, '2026-03-10 15:30:00.123456+00:00');
INSERT INTO "claims" VALUES ('019cd85e-893b-774f-b03a-01622014b3c1', '019cdd84-e53b-774b-9f8e-f265dd387b9b', '019cd85e-893b-774b-b6ce-8b564e2c1e24', '019cd85e-893b-774b-86d2-823fedf8b80d', '019cd85e-893b-774f-9145-5656129371c3', '019cd85e-893b-774f-852d-063c297b9e38', '019cdd84-e53b-774b-bace-95fa6a55e358', 1, '2026-03-11 15:30:00.123456+00:00');
INSERT INTO "claims" VALUES ('019cd85e-893b-774f-a5ed-d54d1207bf21', '019cdd84-e53b-774b-8256-40f36cb4e99a', '019cdd84-e53b-774b-bc0c-79956dcaff98', '019cdd84-e53b-774b-97f5-df01398c6057', '019cd85e-893b-774f-9145-5656129371c3', '019cd85e-893b-774f-95b1-8fb7bb90eb94', '019cdd84-e53b-774b-abde-e0c2dfb8497c', 0, '2026-03-11 15:30:00.123456+00:00');
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
INSERT INTO "claim_days" VALUES ('019cd85e-893b-774f-b03a-01622014b3c1', '2026-03-10 00:00:00+00:00', '019cd85e-893b-774b-86d2-823fedf8b80d', '019cd85e-893b-774f-ae30-2dfe699a8644', 2);
INSERT INTO "claim_days" VALUES ('019cd85e-893b-774f-b03a-01622014b3c1', '2026-03-11 00:00:00+00:00', '019cd85e-893b-774b-86d2-823fedf8b80d', '019cd85e-893b-774f-852d-063c297b9e38', 1);
INSERT INTO "claim_days" VALUES ('019cd85e-893b-774f-a5ed-d54d1207bf21', '2026-03-11 00:00:00+00:00', '019cdd84-e53b-774b-97f5-df01398c6057', '019cd85e-893b-774f-95b1-8fb7bb90eb94', 1);
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
INSERT INTO "missed_claims" VALUES ('019cd85e-893b-774f-b03a-01622014b3c1', '019cdd84-e53b-774b-a669-1b6d7a416c20', '019cd85e-893b-774b-86d2-823fedf8b80d', '019cdd84-e53b-774b-9e3c-fd940f437fe3', '2026-03-11 15:30:00.123456+00:00', '2026-03-11 15:30:00.123456+00:00', 2);
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
INSERT INTO "audit_events" VALUES ('019cd85e-893b-774f-b03a-01622014b3c1', '019cd85e-893b-774b-a820-3e64aaebae7e', '2026-03-10 15:30:00.123456+00:00', 'acme-admin', 'setAutoClaimEnabled', 'tenant', '019cd85e-893b-774f-b03a-01622014b3c1', '{"autoClaimEnabled":false,"timeZone":"UTC","externalIdMatching":"EXACT"}', '{"autoClaimEnabled":true,"timeZone":"UTC","externalIdMatching":"EXACT"}', 'request-1');
INSERT INTO "audit_events" VALUES ('019cd85e-893b-774f-a5ed-d54d1207bf21', '019cd85e-893b-774b-a0ec-8ee087bdc6ed', '2026-03-10 15:30:00.123456+00:00', 'other-admin', 'setAutoClaimEnabled', 'tenant', '019cd85e-893b-774f-a5ed-d54d1207bf21', '{"autoClaimEnabled":false,"timeZone":"UTC","externalIdMatching":"EXACT"}', '{"autoClaimEnabled":true,"timeZone":"UTC","externalIdMatching":"EXACT"}', 'request-1');
INSERT INTO "audit_events" VALUES ('019cd85e-893b-774f-b03a-01622014b3c1', '019cd85e-893b-774b-8e52-dd609fc4330e', '2026-03-10 15:30:00.123456+00:00', 'acme-admin', 'createSubscription', 'subscription', '019cd85e-893b-774b-9131-0b9272663eb6', NULL, '{"id":"019cd85e-893b-774b-9131-0b9272663eb6","productId":"019cd85e-893b-774f-ae30-2dfe699a8644","quantity":2,"status":"ACTIVE","createdAt":"2026-03-10T15:30:00.123456Z","updatedAt":"2026-03-10T15:30:00.123456Z"}', 'request-1');
INSERT INTO "audit_events" VALUES ('019cd85e-893b-774f-b03a-01622014b3c1', '019cd85e-893b-774b-898d-69374dc589a1', '2026-03-10 15:30:00.123456+00:00', 'acme-admin', 'createSubscription', 'subscription', '019cd85e-893b-774b-981d-a6306a046bbb', NULL, '{"id":"019cd85e-893b-774b-981d-a6306a046bbb","productId":"019cd85e-893b-774f-852d-063c297b9e38","quantity":1,"status":"ACTIVE","createdAt":"2026-03-10T15:30:00.123456Z","updatedAt":"2026-03-10T15:30:00.123456Z"}', 'request-1');
INSERT INTO "audit_events" VALUES ('019cd85e-893b-774f-b03a-01622014b3c1', '019cd85e-893b-774b-b4e6-1aec2df99898', '2026-03-10 15:30:00.123456+00:00', 'acme-admin', 'createSubscription', 'subscription', '019cd85e-893b-774b-b951-bd242aa16c0c', NULL, '{"id":"019cd85e-893b-774b-b951-bd242aa16c0c","productId":"019cd85e-893b-774f-a4ca-4b86ece5d02a","quantity":7,"status":"ACTIVE","createdAt":"2026-03-10T15:30:00.123456Z","updatedAt":"2026-03-10T15:30:00.123456Z"}', 'request-1');
INSERT INTO "audit_events" VALUES ('019cd85e-893b-774f-b03a-01622014b3c1', '019cd85e-893b-774b-8745-3b52cff8b7c5', '2026-03-10 15:30:00.123456+00:00', 'acme-admin', 'updateSubscription', 'subscription', '019cd85e-893b-774b-b951-bd242aa16c0c', '{"id":"019cd85e-893b-774b-b951-bd242aa16c0c","productId":"019cd85e-893b-774f-a4ca-4b86ece5d02a","quantity":7,"status":"ACTIVE","createdAt":"2026-03-10T15:30:00.123456Z","updatedAt":"2026-03-10T15:30:00.123456Z"}', '{"id":"019cd85e-893b-774b-b951-bd242aa16c0c","productId":"019cd85e-893b-774f-a4ca-4b86ece5d02a","quantity":7,"status":"SUSPENDED","createdAt":"2026-03-10T15:30:00.123456Z","updatedAt":"2026-03-10T15:30:00.123456Z"}', 'request-1');
INSERT INTO "audit_events" VALUES ('019cd85e-893b-774f-b03a-01622014b3c1', '019cd85e-893b-774b-aad5-e2e80d6a5c81', '2026-03-10 15:30:00.123456+00:00', 'acme-admin', 'createPolicy', 'policy', '019cd85e-893b-774b-86d2-823fedf8b80d', NULL, '{"id":"019cd85e-893b-774b-86d2-823fedf8b80d","name":"Teams","appId":"019cd85e-893b-774f-9145-5656129371c3","enabled":true,"version":1,"products":[{"productId":"019cd85e-893b-774f-ae30-2dfe699a8644","appsOff":[]},{"productId":"019cd85e-893b-774f-852d-063c297b9e38","appsOff":[]}],"createdAt":"2026-03-10T15:30:00.123456Z","updatedAt":"2026-03-10T15:30:00.123456Z"}', 'request-1');
INSERT INTO "audit_events" VALUES ('019cd85e-893b-774f-b03a-01622014b3c1', '019cd85e-893b-774b-ba58-cfb533a8a56d', '2026-03-10 15:30:00.123456+00:00', 'acme-admin', 'setAppToggles', 'policy', '019cd85e-893b-774b-86d2-823fedf8b80d', '{"id":"019cd85e-893b-774b-86d2-823fedf8b80d","name":"Teams","appId":"019cd85e-893b-774f-9145-5656129371c3","enabled":true,"version":1,"products":[{"productId":"019cd85e-893b-774f-ae30-2dfe699a8644","appsOff":[]},{"productId":"019cd85e-893b-774f-852d-063c297b9e38","appsOff":[]}],"createdAt":"2026-03-10T15:30:00.123456Z","updatedAt":"2026-03-10T15:30:00.123456Z"}', '{"id":"019cd85e-893b-774b-86d2-823fedf8b80d","name":"Teams","appId":"019cd85e-893b-774f-9145-5656129371c3","enabled":true,"version":2,"products":[{"productId":"019cd85e-893b-774f-ae30-2dfe699a8644","appsOff":["019cd85e-893b-774f-9841-6b0803afb154"]},{"productId":"019cd85e-893b-774f-852d-063c297b9e38","appsOff":[]}],"createdAt":"2026-03-10T15:30:00.123456Z","updatedAt":"2026-03-10T15:30:00.123456Z"}', 'request-1');
INSERT INTO "audit_events" VALUES ('019cd85e-893b-774f-b03a-01622014b3c1', '019cdd84-e53b-774b-a5b9-e576dd5cfbca', '2026-03-11 15:30:00.123456+00:00', 'acme-admin', 'removeLicense', 'license', '019cd85e-893b-774b-a0a0-95177fe7c939', '{"id":"019cd85e-893b-774b-a0a0-95177fe7c939","userId":"019cd85e-893b-774b-9db9-7febabc58e1c","productId":"019cd85e-893b-774f-ae30-2dfe699a8644","source":"AUTO_CLAIM","policyId":"019cd85e-893b-774b-86d2-823fedf8b80d","appsOff":["019cd85e-893b-774f-9841-6b0803afb154"],"assignedAt":"2026-03-10T15:30:00.123456Z"}', '{"id":"019cd85e-893b-774b-a0a0-95177fe7c939","userId":"019cd85e-893b-774b-9db9-7febabc58e1c","productId":"019cd85e-893b-774f-ae30-2dfe699a8644","source":"AUTO_CLAIM","policyId":"019cd85e-893b-774b-86d2-823fedf8b80d","appsOff":["019cd85e-893b-774f-9841-6b0803afb154"],"assignedAt":"2026-03-10T15:30:00.123456Z","removedAt":"2026-03-11T15:30:00.123456Z"}', 'request-1');
INSERT INTO "audit_events" VALUES ('019cd85e-893b-774f-b03a-01622014b3c1', '019cdd84-e53b-774b-8f68-b07fa1942275', '2026-03-11 15:30:00.123456+00:00', 'acme-admin', 'removeLicense', 'user', '019cd85e-893b-774b-9db9-7febabc58e1c', '{"id":"019cd85e-893b-774b-9db9-7febabc58e1c","externalId":"ann","displayName":"Ann Änder","email":"ann@example.com","createdAt":"2026-03-10T15:30:00.123456Z"}', '{"id":"019cd85e-893b-774b-9db9-7febabc58e1c","externalId":"ann","displayName":"Ann Änder","email":"ann@example.com","blockedAt":"2026-03-11T15:30:00.123456Z","createdAt":"2026-03-10T15:30:00.123456Z"}', 'request-1');
INSERT INTO "audit_events" VALUES ('019cd85e-893b-774f-b03a-01622014b3c1', '019cdd84-e53b-774b-93e3-b5fb313ddf01', '2026-03-11 15:30:00.123456+00:00', 'acme-admin', 'assignLicense', 'license', '019cdd84-e53b-774b-bef1-296583b49631', NULL, '{"id":"019cdd84-e53b-774b-bef1-296583b49631","userId":"019cdd84-e53b-774b-9e3c-fd940f437fe3","productId":"019cd85e-893b-774f-ae30-2dfe699a8644","source":"DIRECT","appsOff":[],"assignedAt":"2026-03-11T15:30:00.123456Z"}', 'request-1');
INSERT INTO "audit_events" VALUES ('019cd85e-893b-774f-a5ed-d54d1207bf21', '019cdd84-e53b-774b-a8a3-5eb8f66ec31f', '2026-03-11 15:30:00.123456+00:00', 'other-admin', 'createSubscription', 'subscription', '019cdd84-e53b-774b-af0a-8a9e91735f24', NULL, '{"id":"019cdd84-e53b-774b-af0a-8a9e91735f24","productId":"019cd85e-893b-774f-95b1-8fb7bb90eb94","quantity":3,"status":"ACTIVE","createdAt":"2026-03-11T15:30:00.123456Z","updatedAt":"2026-03-11T15:30:00.123456Z"}', 'request-1');
INSERT INTO "audit_events" VALUES ('019cd85e-893b-774f-a5ed-d54d1207bf21', '019cdd84-e53b-774b-8ba7-2e7aff2096d5', '2026-03-11 15:30:00.123456+00:00', 'other-admin', 'createPolicy', 'policy', '019cdd84-e53b-774b-97f5-df01398c6057', NULL, '{"id":"019cdd84-e53b-774b-97f5-df01398c6057","name":"Old","appId":"019cd85e-893b-774f-9145-5656129371c3","enabled":true,"version":1,"products":[{"productId":"019cd85e-893b-774f-95b1-8fb7bb90eb94","appsOff":[]}],"createdAt":"2026-03-11T15:30:00.123456Z","updatedAt":"2026-03-11T15:30:00.123456Z"}', 'request-1');
INSERT INTO "audit_events" VALUES ('019cd85e-893b-774f-a5ed-d54d1207bf21', '019cdd84-e53b-774b-aaee-87c054a1a59d', '2026-03-11 15:30:00.123456+00:00', 'other-admin', 'deletePolicy', 'policy', '019cdd84-e53b-774b-97f5-df01398c6057', '{"id":"019cdd84-e53b-774b-97f5-df01398c6057","name":"Old","appId":"019cd85e-893b-774f-9145-5656129371c3","enabled":true,"version":1,"products":[{"productId":"019cd85e-893b-774f-95b1-8fb7bb90eb94","appsOff":[]}],"createdAt":"2026-03-11T15:30:00.123456Z","updatedAt":"2026-03-11T15:30:00.123456Z"}', '{"id":"019cdd84-e53b-774b-97f5-df01398c6057","name":"Old","appId":"019cd85e-893b-774f-9145-5656129371c3","enabled":true,"version":2,"products":[{"productId":"019cd85e-893b-774f-95b1-8fb7bb90eb94","appsOff":[]}],"createdAt":"2026-03-11T15:30:00.123456Z","updatedAt":"2026-03-11T15:30:00.123456Z","deletedAt":"2026-03-11T15:30:00.123456Z"}', 'request-1');
INSERT INTO "audit_events" VALUES ('019cd85e-893b-774f-a5ed-d54d1207bf21', '019cdd84-e53b-774b-8c64-8acc02ed2f18', '2026-03-11 15:30:00.123456+00:00', 'other-admin', 'createPolicy', 'policy', '019cdd84-e53b-774b-8974-025662555973', NULL, '{"id":"019cdd84-e53b-774b-8974-025662555973","name":"New","appId":"019cd85e-893b-774f-9145-5656129371c3","enabled":true,"version":1,"products":[{"productId":"019cd85e-893b-774f-95b1-8fb7bb90eb94","appsOff":[]}],"createdAt":"2026-03-11T15:30:00.123456Z","updatedAt":"2026-03-11T15:30:00.123456Z"}', 'request-1');
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
