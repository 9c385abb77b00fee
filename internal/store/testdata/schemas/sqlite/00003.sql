CREATE TABLE goose_db_version (
		id INTEGER PRIMARY KEY AUTOINCREMENT,
		version_id INTEGER NOT NULL,
		is_applied INTEGER NOT NULL,
		tstamp TIMESTAMP DEFAULT (datetime('now'))
	);
INSERT INTO "goose_db_version" VALUES (1, 0, 1, '2026-11-24 21:44:34');
INSERT INTO "goose_db_version" VALUES (2, 1, 1, '2026-11-24 21:44:34');
INSERT INTO "goose_db_version" VALUES (3, 2, 1, '2026-11-24 21:44:34');
INSERT INTO "goose_db_version" VALUES (4, 3, 1, '2026-11-24 21:44:34');
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
INSERT INTO "apps" VALUES ('019cd85e-893b-774f-80d5-2daf833af208', 'fe1a4de7-ed50-4aa3-897a-cb1a325af1b0', 'TEAMS1', 'App TEAMS1', 1);
INSERT INTO "apps" VALUES ('019cd85e-893b-774f-b9f8-edfe6f9e8488', '912703f6-a452-47b5-85eb-c5da30a667fa', 'MAIL', 'App MAIL', 1);
INSERT INTO "apps" VALUES ('019cd85e-893b-774f-b603-5da0db81ae4b', '70a57b32-03f9-4c05-88fa-5e9a08f6410e', 'VOICE', 'App VOICE', 0);
INSERT INTO "apps" VALUES ('019cd85e-893b-774f-87cc-f0a5aecfdc06', '4330982a-ccb8-4842-8881-2c9331cf4f63', 'SKETCH', 'App SKETCH', 0);
CREATE TABLE products (
    id        text NOT NULL PRIMARY KEY,
    vendor_id text NOT NULL UNIQUE,
    code      text NOT NULL,
    name      text NOT NULL
);
INSERT INTO "products" VALUES ('019cd85e-893b-774f-8a61-7dde79dd0a27', '03dc398b-2e58-4f39-b180-914ee7dbef50', 'E5', 'Product E5');
INSERT INTO "products" VALUES ('019cd85e-893b-774f-8ec5-a47845f1aeb1', '779aae28-a744-4a16-a97b-ce9aa5b21939', 'E3', 'Product E3');
INSERT INTO "products" VALUES ('019cd85e-893b-774f-bd28-26934261d952', '29c67e29-7a51-40cb-bb9e-d66d73802368', 'E1', 'Product E1');
INSERT INTO "products" VALUES ('019cd85e-893b-774f-9a03-943a9d3e478c', '421f7b65-a2b5-4c76-b3e8-9b1b2fb752b6', 'F1', 'Product F1');
INSERT INTO "products" VALUES ('019cd85e-893b-774f-a9e6-dd008deb84b9', '7d8024e0-df13-4f42-9c05-8f7d8ffc66e2', 'BASIC', 'Product BASIC');
INSERT INTO "products" VALUES ('019cd85e-893b-774f-8e74-7b9c3fcf8725', '0adcc0cb-6fff-4a4b-98b8-d14db4253989', 'DRAW', 'Product DRAW');
CREATE TABLE product_apps (
    product_id text NOT NULL REFERENCES products (id),
    app_id     text NOT NULL REFERENCES apps (id),
    PRIMARY KEY (product_id, app_id)
);
INSERT INTO "product_apps" VALUES ('019cd85e-893b-774f-8a61-7dde79dd0a27', '019cd85e-893b-774f-80d5-2daf833af208');
INSERT INTO "product_apps" VALUES ('019cd85e-893b-774f-8a61-7dde79dd0a27', '019cd85e-893b-774f-b9f8-edfe6f9e8488');
INSERT INTO "product_apps" VALUES ('019cd85e-893b-774f-8a61-7dde79dd0a27', '019cd85e-893b-774f-b603-5da0db81ae4b');
INSERT INTO "product_apps" VALUES ('019cd85e-893b-774f-8ec5-a47845f1aeb1', '019cd85e-893b-774f-80d5-2daf833af208');
INSERT INTO "product_apps" VALUES ('019cd85e-893b-774f-8ec5-a47845f1aeb1', '019cd85e-893b-774f-b9f8-edfe6f9e8488');
INSERT INTO "product_apps" VALUES ('019cd85e-893b-774f-8ec5-a47845f1aeb1', '019cd85e-893b-774f-b603-5da0db81ae4b');
INSERT INTO "product_apps" VALUES ('019cd85e-893b-774f-bd28-26934261d952', '019cd85e-893b-774f-80d5-2daf833af208');
INSERT INTO "product_apps" VALUES ('019cd85e-893b-774f-bd28-26934261d952', '019cd85e-893b-774f-b9f8-edfe6f9e8488');
INSERT INTO "product_apps" VALUES ('019cd85e-893b-774f-9a03-943a9d3e478c', '019cd85e-893b-774f-80d5-2daf833af208');
INSERT INTO "product_apps" VALUES ('019cd85e-893b-774f-9a03-943a9d3e478c', '019cd85e-893b-774f-b9f8-edfe6f9e8488');
INSERT INTO "product_apps" VALUES ('019cd85e-893b-774f-a9e6-dd008deb84b9', '019cd85e-893b-774f-80d5-2daf833af208');
INSERT INTO "product_apps" VALUES ('019cd85e-893b-774f-8e74-7b9c3fcf8725', '019cd85e-893b-774f-87cc-f0a5aecfdc06');
CREATE TABLE tenants (
    id                 text     NOT NULL PRIMARY KEY,
    name               text     NOT NULL,
    name_key           text     NOT NULL UNIQUE,
    external_id        text     NOT NULL UNIQUE,
    auto_claim_enabled boolean  NOT NULL,
    config_version     integer  NOT NULL,
    created_at         datetime NOT NULL
);
INSERT INTO "tenants" VALUES ('019cd85e-893b-774f-8d9c-795c8a9a9544', 'acme', 'acme', 'acme-external', 1, 4, '2026-03-10 15:30:00.123456+00:00');
INSERT INTO "tenants" VALUES ('019cd85e-893b-774f-b9ef-b29f347db439', 'other', 'other', 'other-external', 1, 5, '2026-03-10 15:30:00.123456+00:00');
CREATE TABLE license_pools (
    tenant_id  text    NOT NULL REFERENCES tenants (id),
    product_id text    NOT NULL REFERENCES products (id),
    total      integer NOT NULL CHECK (total >= 0),
    assigned   integer NOT NULL CHECK (assigned >= 0),
    PRIMARY KEY (tenant_id, product_id)
);
INSERT INTO "license_pools" VALUES ('019cd85e-893b-774f-8d9c-795c8a9a9544', '019cd85e-893b-774f-8ec5-a47845f1aeb1', 2, 2);
INSERT INTO "license_pools" VALUES ('019cd85e-893b-774f-8d9c-795c8a9a9544', '019cd85e-893b-774f-bd28-26934261d952', 1, 1);
INSERT INTO "license_pools" VALUES ('019cd85e-893b-774f-8d9c-795c8a9a9544', '019cd85e-893b-774f-9a03-943a9d3e478c', 0, 0);
INSERT INTO "license_pools" VALUES ('019cd85e-893b-774f-b9ef-b29f347db439', '019cd85e-893b-774f-a9e6-dd008deb84b9', 3, 1);
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
INSERT INTO "subscriptions" VALUES ('019cd85e-893b-774f-8d9c-795c8a9a9544', '019cd85e-893b-774b-a747-42dcb8a64145', '019cd85e-893b-774f-8ec5-a47845f1aeb1', 2, 'ACTIVE', '2026-03-10 15:30:00.123456+00:00', '2026-03-10 15:30:00.123456+00:00');
INSERT INTO "subscriptions" VALUES ('019cd85e-893b-774f-8d9c-795c8a9a9544', '019cd85e-893b-774b-95c0-637f78c9561a', '019cd85e-893b-774f-bd28-26934261d952', 1, 'ACTIVE', '2026-03-10 15:30:00.123456+00:00', '2026-03-10 15:30:00.123456+00:00');
INSERT INTO "subscriptions" VALUES ('019cd85e-893b-774f-8d9c-795c8a9a9544', '019cd85e-893b-774b-9ce2-93dafd528a68', '019cd85e-893b-774f-9a03-943a9d3e478c', 7, 'SUSPENDED', '2026-03-10 15:30:00.123456+00:00', '2026-03-10 15:30:00.123456+00:00');
INSERT INTO "subscriptions" VALUES ('019cd85e-893b-774f-b9ef-b29f347db439', '019cdd84-e53b-774b-b591-0786318348c6', '019cd85e-893b-774f-a9e6-dd008deb84b9', 3, 'ACTIVE', '2026-03-11 15:30:00.123456+00:00', '2026-03-11 15:30:00.123456+00:00');
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
INSERT INTO "users" VALUES ('019cd85e-893b-774f-8d9c-795c8a9a9544', '019cd85e-893b-774b-aed2-3dc6683475bb', 'ann', 'Ann Änder', 'ann@example.com', 'ann änder
ann@example.com
ann', '2026-03-11 15:30:00.123456+00:00', '2026-03-10 15:30:00.123456+00:00', '2026-03-10 15:30:00.123456+00:00');
INSERT INTO "users" VALUES ('019cd85e-893b-774f-8d9c-795c8a9a9544', '019cd85e-893b-774b-ac43-7368fdb5163c', 'o''hara', '', '', '

o''hara', NULL, '2026-03-11 15:30:00.123456+00:00', '2026-03-10 15:30:00.123456+00:00');
INSERT INTO "users" VALUES ('019cd85e-893b-774f-8d9c-795c8a9a9544', '019cd85e-893b-774b-a11a-842e506cd0fc', 'bob', '', '', '

bob', NULL, '2026-03-10 15:30:00.123456+00:00', '2026-03-10 15:30:00.123456+00:00');
INSERT INTO "users" VALUES ('019cd85e-893b-774f-8d9c-795c8a9a9544', '019cdd84-e53b-774b-b516-84fd89555f08', 'dan', '', '', '

dan', NULL, '2026-03-11 15:30:00.123456+00:00', '2026-03-11 15:30:00.123456+00:00');
INSERT INTO "users" VALUES ('019cd85e-893b-774f-b9ef-b29f347db439', '019cdd84-e53b-774b-92b5-0716c9eeda61', 'ann', '', '', '

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
INSERT INTO "policies" VALUES ('019cd85e-893b-774f-8d9c-795c8a9a9544', '019cd85e-893b-774b-b746-194e64614524', 'Teams', 'teams', '019cd85e-893b-774f-80d5-2daf833af208', 1, 2, '2026-03-10 15:30:00.123456+00:00', '2026-03-10 15:30:00.123456+00:00', NULL);
INSERT INTO "policies" VALUES ('019cd85e-893b-774f-b9ef-b29f347db439', '019cdd84-e53b-774b-ad54-efdfa8906c48', 'Old', 'old', '019cd85e-893b-774f-80d5-2daf833af208', 1, 2, '2026-03-11 15:30:00.123456+00:00', '2026-03-11 15:30:00.123456+00:00', '2026-03-11 15:30:00.123456+00:00');
INSERT INTO "policies" VALUES ('019cd85e-893b-774f-b9ef-b29f347db439', '019cdd84-e53b-774b-82f7-a1e59776e677', 'New', 'new', '019cd85e-893b-774f-80d5-2daf833af208', 1, 1, '2026-03-11 15:30:00.123456+00:00', '2026-03-11 15:30:00.123456+00:00', NULL);
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
INSERT INTO "policy_products" VALUES ('019cd85e-893b-774f-8d9c-795c8a9a9544', '019cd85e-893b-774b-b746-194e64614524', 0, '019cd85e-893b-774f-8ec5-a47845f1aeb1', '["019cd85e-893b-774f-b603-5da0db81ae4b"]');
INSERT INTO "policy_products" VALUES ('019cd85e-893b-774f-8d9c-795c8a9a9544', '019cd85e-893b-774b-b746-194e64614524', 1, '019cd85e-893b-774f-bd28-26934261d952', '[]');
INSERT INTO "policy_products" VALUES ('019cd85e-893b-774f-b9ef-b29f347db439', '019cdd84-e53b-774b-ad54-efdfa8906c48', 0, '019cd85e-893b-774f-a9e6-dd008deb84b9', '[]');
INSERT INTO "policy_products" VALUES ('019cd85e-893b-774f-b9ef-b29f347db439', '019cdd84-e53b-774b-82f7-a1e59776e677', 0, '019cd85e-893b-774f-a9e6-dd008deb84b9', '[]');
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
INSERT INTO "licenses" VALUES ('019cd85e-893b-774f-8d9c-795c8a9a9544', '019cd85e-893b-774b-b2af-9967d709101d', '019cd85e-893b-774b-aed2-3dc6683475bb', '019cd85e-893b-774f-8ec5-a47845f1aeb1', 'AUTO_CLAIM', '019cd85e-893b-774b-b746-194e64614524', '["019cd85e-893b-774f-b603-5da0db81ae4b"]', '2026-03-10 15:30:00.123456+00:00', '2026-03-11 15:30:00.123456+00:00');
INSERT INTO "licenses" VALUES ('019cd85e-893b-774f-8d9c-795c8a9a9544', '019cd85e-893b-774b-9272-b9139da3871e', '019cd85e-893b-774b-a11a-842e506cd0fc', '019cd85e-893b-774f-8ec5-a47845f1aeb1', 'AUTO_CLAIM', '019cd85e-893b-774b-b746-194e64614524', '["019cd85e-893b-774f-b603-5da0db81ae4b"]', '2026-03-10 15:30:00.123456+00:00', NULL);
INSERT INTO "licenses" VALUES ('019cd85e-893b-774f-8d9c-795c8a9a9544', '019cdd84-e53b-774b-95fe-59ea41c6dc41', '019cd85e-893b-774b-ac43-7368fdb5163c', '019cd85e-893b-774f-bd28-26934261d952', 'AUTO_CLAIM', '019cd85e-893b-774b-b746-194e64614524', '[]', '2026-03-11 15:30:00.123456+00:00', NULL);
INSERT INTO "licenses" VALUES ('019cd85e-893b-774f-8d9c-795c8a9a9544', '019cdd84-e53b-774b-b7c1-73ea0ecd9919', '019cdd84-e53b-774b-b516-84fd89555f08', '019cd85e-893b-774f-8ec5-a47845f1aeb1', 'DIRECT', NULL, '[]', '2026-03-11 15:30:00.123456+00:00', NULL);
INSERT INTO "licenses" VALUES ('019cd85e-893b-774f-b9ef-b29f347db439', '019cdd84-e53b-774b-aa55-d2a374d26e3b', '019cdd84-e53b-774b-92b5-0716c9eeda61', '019cd85e-893b-774f-a9e6-dd008deb84b9', 'AUTO_CLAIM', '019cdd84-e53b-774b-ad54-efdfa8906c48', '[]', '2026-03-11 15:30:00.123456+00:00', NULL);
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
INSERT INTO "claims" VALUES ('019cd85e-893b-774f-8d9c-795c8a9a9544', '019cd85e-893b-774b-9ea5-348fb3bc3c16', '019cd85e-893b-774b-aed2-3dc6683475bb', '019cd85e-893b-774b-b746-194e64614524', '019cd85e-893b-774f-80d5-2daf833af208', '019cd85e-893b-774f-8ec5-a47845f1aeb1', '019cd85e-893b-774b-b2af-9967d709101d', 0, '2026-03-10 15:30:00.123456+00:00');
INSERT INTO "claims" VALUES ('019cd85e-893b-774f-8d9c-795c8a9a9544', '019cd85e-893b-774b-b902-c9e39cfa15c8', '019cd85e-893b-774b-a11a-842e506cd0fc', '019cd85e-893b-774b-b746-194e64614524', '019cd85e-893b-774f-80d5-2daf833af208', '019cd85e-893b-774f-8ec5-a47845f1aeb1', '019cd85e-893b-774b-9272-b9139da3871e', 0, '2026-03-10 15:30:00.123456+00:00');
INSERT INTO "claims" VALUES ('019cd85e-893b-774f-8d9c-795c8a9a9544', '019cdd84-e53b-774b-96f8-d83a25a6a654', '019cd85e-893b-774b-ac43-7368fdb5163c', '019cd85e-893b-774b-b746-194e64614524', '019cd85e-893b-774f-80d5-2daf833af208', '019cd85e-893b-774f-bd28-26934261d952', '019cdd84-e53b-774b-95fe-59ea41c6dc41', 1, '2026-03-11 15:30:00.123456+00:00');
INSERT INTO "claims" VALUES ('019cd85e-893b-774f-b9ef-b29f347db439', '019cdd84-e53b-774b-a9d3-096bc15a0eba', '019cdd84-e53b-774b-92b5-0716c9eeda61', '019cdd84-e53b-774b-ad54-efdfa8906c48', '019cd85e-893b-774f-80d5-2daf833af208', '019cd85e-893b-774f-a9e6-dd008deb84b9', '019cdd84-e53b-774b-aa55-d2a374d26e3b', 0, '2026-03-11 15:30:00.123456+00:00');
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
INSERT INTO "claim_days" VALUES ('019cd85e-893b-774f-8d9c-795c8a9a9544', '2026-03-10 00:00:00+00:00', '019cd85e-893b-774b-b746-194e64614524', '019cd85e-893b-774f-8ec5-a47845f1aeb1', 2);
INSERT INTO "claim_days" VALUES ('019cd85e-893b-774f-8d9c-795c8a9a9544', '2026-03-11 00:00:00+00:00', '019cd85e-893b-774b-b746-194e64614524', '019cd85e-893b-774f-bd28-26934261d952', 1);
INSERT INTO "claim_days" VALUES ('019cd85e-893b-774f-b9ef-b29f347db439', '2026-03-11 00:00:00+00:00', '019cdd84-e53b-774b-ad54-efdfa8906c48', '019cd85e-893b-774f-a9e6-dd008deb84b9', 1);
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
INSERT INTO "missed_claims" VALUES ('019cd85e-893b-774f-8d9c-795c8a9a9544', '019cdd84-e53b-774b-b7f0-5ef3c8abe2e9', '019cd85e-893b-774b-b746-194e64614524', '019cdd84-e53b-774b-b516-84fd89555f08', '2026-03-11 15:30:00.123456+00:00', '2026-03-11 15:30:00.123456+00:00', 2);
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
INSERT INTO "audit_events" VALUES ('019cd85e-893b-774f-8d9c-795c8a9a9544', '019cd85e-893b-774b-92b9-2d927f0c8342', '2026-03-10 15:30:00.123456+00:00', 'acme-admin', 'setAutoClaimEnabled', 'tenant', '019cd85e-893b-774f-8d9c-795c8a9a9544', '{"autoClaimEnabled":false}', '{"autoClaimEnabled":true}', 'request-1');
INSERT INTO "audit_events" VALUES ('019cd85e-893b-774f-b9ef-b29f347db439', '019cd85e-893b-774b-a87e-237c6de8e17c', '2026-03-10 15:30:00.123456+00:00', 'other-admin', 'setAutoClaimEnabled', 'tenant', '019cd85e-893b-774f-b9ef-b29f347db439', '{"autoClaimEnabled":false}', '{"autoClaimEnabled":true}', 'request-1');
INSERT INTO "audit_events" VALUES ('019cd85e-893b-774f-8d9c-795c8a9a9544', '019cd85e-893b-774b-b976-24f65b89a108', '2026-03-10 15:30:00.123456+00:00', 'acme-admin', 'createSubscription', 'subscription', '019cd85e-893b-774b-a747-42dcb8a64145', NULL, '{"id":"019cd85e-893b-774b-a747-42dcb8a64145","productId":"019cd85e-893b-774f-8ec5-a47845f1aeb1","quantity":2,"status":"ACTIVE","createdAt":"2026-03-10T15:30:00.123456Z","updatedAt":"2026-03-10T15:30:00.123456Z"}', 'request-1');
INSERT INTO "audit_events" VALUES ('019cd85e-893b-774f-8d9c-795c8a9a9544', '019cd85e-893b-774b-94f4-314b1448eae6', '2026-03-10 15:30:00.123456+00:00', 'acme-admin', 'createSubscription', 'subscription', '019cd85e-893b-774b-95c0-637f78c9561a', NULL, '{"id":"019cd85e-893b-774b-95c0-637f78c9561a","productId":"019cd85e-893b-774f-bd28-26934261d952","quantity":1,"status":"ACTIVE","createdAt":"2026-03-10T15:30:00.123456Z","updatedAt":"2026-03-10T15:30:00.123456Z"}', 'request-1');
INSERT INTO "audit_events" VALUES ('019cd85e-893b-774f-8d9c-795c8a9a9544', '019cd85e-893b-774b-b6e2-f50d78c76728', '2026-03-10 15:30:00.123456+00:00', 'acme-admin', 'createSubscription', 'subscription', '019cd85e-893b-774b-9ce2-93dafd528a68', NULL, '{"id":"019cd85e-893b-774b-9ce2-93dafd528a68","productId":"019cd85e-893b-774f-9a03-943a9d3e478c","quantity":7,"status":"ACTIVE","createdAt":"2026-03-10T15:30:00.123456Z","updatedAt":"2026-03-10T15:30:00.123456Z"}', 'request-1');
INSERT INTO "audit_events" VALUES ('019cd85e-893b-774f-8d9c-795c8a9a9544', '019cd85e-893b-774b-85fd-da791629ad39', '2026-03-10 15:30:00.123456+00:00', 'acme-admin', 'updateSubscription', 'subscription', '019cd85e-893b-774b-9ce2-93dafd528a68', '{"id":"019cd85e-893b-774b-9ce2-93dafd528a68","productId":"019cd85e-893b-774f-9a03-943a9d3e478c","quantity":7,"status":"ACTIVE","createdAt":"2026-03-10T15:30:00.123456Z","updatedAt":"2026-03-10T15:30:00.123456Z"}', '{"id":"019cd85e-893b-774b-9ce2-93dafd528a68","productId":"019cd85e-893b-774f-9a03-943a9d3e478c","quantity":7,"status":"SUSPENDED","createdAt":"2026-03-10T15:30:00.123456Z","updatedAt":"2026-03-10T15:30:00.123456Z"}', 'request-1');
INSERT INTO "audit_events" VALUES ('019cd85e-893b-774f-8d9c-795c8a9a9544', '019cd85e-893b-774b-b06c-d33aaee79fb3', '2026-03-10 15:30:00.123456+00:00', 'acme-admin', 'createPolicy', 'policy', '019cd85e-893b-774b-b746-194e64614524', NULL, '{"id":"019cd85e-893b-774b-b746-194e64614524","name":"Teams","appId":"019cd85e-893b-774f-80d5-2daf833af208","enabled":true,"version":1,"products":[{"productId":"019cd85e-893b-774f-8ec5-a47845f1aeb1","appsOff":null},{"productId":"019cd85e-893b-774f-bd28-26934261d952","appsOff":null}],"createdAt":"2026-03-10T15:30:00.123456Z","updatedAt":"2026-03-10T15:30:00.123456Z"}', 'request-1');
INSERT INTO "audit_events" VALUES ('019cd85e-893b-774f-8d9c-795c8a9a9544', '019cd85e-893b-774b-9cbc-f83e9eb159cd', '2026-03-10 15:30:00.123456+00:00', 'acme-admin', 'setAppToggles', 'policy', '019cd85e-893b-774b-b746-194e64614524', '{"id":"019cd85e-893b-774b-b746-194e64614524","name":"Teams","appId":"019cd85e-893b-774f-80d5-2daf833af208","enabled":true,"version":1,"products":[{"productId":"019cd85e-893b-774f-8ec5-a47845f1aeb1","appsOff":[]},{"productId":"019cd85e-893b-774f-bd28-26934261d952","appsOff":[]}],"createdAt":"2026-03-10T15:30:00.123456Z","updatedAt":"2026-03-10T15:30:00.123456Z"}', '{"id":"019cd85e-893b-774b-b746-194e64614524","name":"Teams","appId":"019cd85e-893b-774f-80d5-2daf833af208","enabled":true,"version":2,"products":[{"productId":"019cd85e-893b-774f-8ec5-a47845f1aeb1","appsOff":["019cd85e-893b-774f-b603-5da0db81ae4b"]},{"productId":"019cd85e-893b-774f-bd28-26934261d952","appsOff":[]}],"createdAt":"2026-03-10T15:30:00.123456Z","updatedAt":"2026-03-10T15:30:00.123456Z"}', 'request-1');
INSERT INTO "audit_events" VALUES ('019cd85e-893b-774f-8d9c-795c8a9a9544', '019cdd84-e53b-774b-85fa-6cd7bcdb68fa', '2026-03-11 15:30:00.123456+00:00', 'acme-admin', 'removeLicense', 'license', '019cd85e-893b-774b-b2af-9967d709101d', '{"id":"019cd85e-893b-774b-b2af-9967d709101d","userId":"019cd85e-893b-774b-aed2-3dc6683475bb","productId":"019cd85e-893b-774f-8ec5-a47845f1aeb1","source":"AUTO_CLAIM","policyId":"019cd85e-893b-774b-b746-194e64614524","appsOff":["019cd85e-893b-774f-b603-5da0db81ae4b"],"assignedAt":"2026-03-10T15:30:00.123456Z"}', '{"id":"019cd85e-893b-774b-b2af-9967d709101d","userId":"019cd85e-893b-774b-aed2-3dc6683475bb","productId":"019cd85e-893b-774f-8ec5-a47845f1aeb1","source":"AUTO_CLAIM","policyId":"019cd85e-893b-774b-b746-194e64614524","appsOff":["019cd85e-893b-774f-b603-5da0db81ae4b"],"assignedAt":"2026-03-10T15:30:00.123456Z","removedAt":"2026-03-11T15:30:00.123456Z"}', 'request-1');
INSERT INTO "audit_events" VALUES ('019cd85e-893b-774f-8d9c-795c8a9a9544', '019cdd84-e53b-774b-ac0a-8b070dfa6b0d', '2026-03-11 15:30:00.123456+00:00', 'acme-admin', 'removeLicense', 'user', '019cd85e-893b-774b-aed2-3dc6683475bb', '{"id":"019cd85e-893b-774b-aed2-3dc6683475bb","externalId":"ann","displayName":"Ann Änder","email":"ann@example.com","createdAt":"2026-03-10T15:30:00.123456Z"}', '{"id":"019cd85e-893b-774b-aed2-3dc6683475bb","externalId":"ann","displayName":"Ann Änder","email":"ann@example.com","blockedAt":"2026-03-11T15:30:00.123456Z","createdAt":"2026-03-10T15:30:00.123456Z"}', 'request-1');
INSERT INTO "audit_events" VALUES ('019cd85e-893b-774f-8d9c-795c8a9a9544', '019cdd84-e53b-774b-ac12-5a67f7918475', '2026-03-11 15:30:00.123456+00:00', 'acme-admin', 'assignLicense', 'license', '019cdd84-e53b-774b-b7c1-73ea0ecd9919', NULL, '{"id":"019cdd84-e53b-774b-b7c1-73ea0ecd9919","userId":"019cdd84-e53b-774b-b516-84fd89555f08","productId":"019cd85e-893b-774f-8ec5-a47845f1aeb1","source":"DIRECT","appsOff":null,"assignedAt":"2026-03-11T15:30:00.123456Z"}', 'request-1');
INSERT INTO "audit_events" VALUES ('019cd85e-893b-774f-b9ef-b29f347db439', '019cdd84-e53b-774b-866a-e38309d900c3', '2026-03-11 15:30:00.123456+00:00', 'other-admin', 'createSubscription', 'subscription', '019cdd84-e53b-774b-b591-0786318348c6', NULL, '{"id":"019cdd84-e53b-774b-b591-0786318348c6","productId":"019cd85e-893b-774f-a9e6-dd008deb84b9","quantity":3,"status":"ACTIVE","createdAt":"2026-03-11T15:30:00.123456Z","updatedAt":"2026-03-11T15:30:00.123456Z"}', 'request-1');
INSERT INTO "audit_events" VALUES ('019cd85e-893b-774f-b9ef-b29f347db439', '019cdd84-e53b-774b-923f-6a053785aa4a', '2026-03-11 15:30:00.123456+00:00', 'other-admin', 'createPolicy', 'policy', '019cdd84-e53b-774b-ad54-efdfa8906c48', NULL, '{"id":"019cdd84-e53b-774b-ad54-efdfa8906c48","name":"Old","appId":"019cd85e-893b-774f-80d5-2daf833af208","enabled":true,"version":1,"products":[{"productId":"019cd85e-893b-774f-a9e6-dd008deb84b9","appsOff":null}],"createdAt":"2026-03-11T15:30:00.123456Z","updatedAt":"2026-03-11T15:30:00.123456Z"}', 'request-1');
INSERT INTO "audit_events" VALUES ('019cd85e-893b-774f-b9ef-b29f347db439', '019cdd84-e53b-774b-b190-e9cd395e0b3b', '2026-03-11 15:30:00.123456+00:00', 'other-admin', 'deletePolicy', 'policy', '019cdd84-e53b-774b-ad54-efdfa8906c48', '{"id":"019cdd84-e53b-774b-ad54-efdfa8906c48","name":"Old","appId":"019cd85e-893b-774f-80d5-2daf833af208","enabled":true,"version":1,"products":[{"productId":"019cd85e-893b-774f-a9e6-dd008deb84b9","appsOff":[]}],"createdAt":"2026-03-11T15:30:00.123456Z","updatedAt":"2026-03-11T15:30:00.123456Z"}', '{"id":"019cdd84-e53b-774b-ad54-efdfa8906c48","name":"Old","appId":"019cd85e-893b-774f-80d5-2daf833af208","enabled":true,"version":2,"products":[{"productId":"019cd85e-893b-774f-a9e6-dd008deb84b9","appsOff":[]}],"createdAt":"2026-03-11T15:30:00.123456Z","updatedAt":"2026-03-11T15:30:00.123456Z","deletedAt":"2026-03-11T15:30:00.123456Z"}', 'request-1');
INSERT INTO "audit_events" VALUES ('019cd85e-893b-774f-b9ef-b29f347db439', '019cdd84-e53b-774b-8590-39502ea4bc17', '2026-03-11 15:30:00.123456+00:00', 'other-admin', 'createPolicy', 'policy', '019cdd84-e53b-774b-82f7-a1e59776e677', NULL, '{"id":"019cdd84-e53b-774b-82f7-a1e59776e677","name":"New","appId":"019cd85e-893b-774f-80d5-2daf833af208","enabled":true,"version":1,"products":[{"productId":"019cd85e-893b-774f-a9e6-dd008deb84b9","appsOff":null}],"createdAt":"2026-03-11T15:30:00.123456Z","updatedAt":"2026-03-11T15:30:00.123456Z"}', 'request-1');
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
