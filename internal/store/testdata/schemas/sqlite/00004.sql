CREATE TABLE goose_db_version (
		id INTEGER PRIMARY KEY AUTOINCREMENT,
		version_id INTEGER NOT NULL,
		is_applied INTEGER NOT NULL,
		tstamp TIMESTAMP DEFAULT (datetime('now'))
	);
INSERT INTO "goose_db_version" VALUES (1, 0, 1, '2026-11-25 18:52:54');
INSERT INTO "goose_db_version" VALUES (2, 1, 1, '2026-11-25 18:52:54');
INSERT INTO "goose_db_version" VALUES (3, 2, 1, '2026-11-25 18:52:54');
INSERT INTO "goose_db_version" VALUES (4, 3, 1, '2026-11-25 18:52:54');
INSERT INTO "goose_db_version" VALUES (5, 4, 1, '2026-11-25 18:52:54');
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
INSERT INTO "apps" VALUES ('019cd85e-893b-774f-918f-90bbc70e75d0', 'd80df44d-5f46-492e-aa27-b08ce8e603a9', 'TEAMS1', 'App TEAMS1', 1);
INSERT INTO "apps" VALUES ('019cd85e-893b-774f-ae17-eedaf1630df8', '0568a814-1a35-4b14-9793-811f345dac92', 'MAIL', 'App MAIL', 1);
INSERT INTO "apps" VALUES ('019cd85e-893b-774f-ab95-94358499e914', 'e3670d7d-9054-4dbb-8770-5a6f71318445', 'VOICE', 'App VOICE', 0);
INSERT INTO "apps" VALUES ('019cd85e-893b-774f-aa66-072cefc42bc9', 'a4337fb0-016c-4d83-b7de-6734ef808ef9', 'SKETCH', 'App SKETCH', 0);
CREATE TABLE products (
    id        text NOT NULL PRIMARY KEY,
    vendor_id text NOT NULL UNIQUE,
    code      text NOT NULL,
    name      text NOT NULL
);
INSERT INTO "products" VALUES ('019cd85e-893b-774f-af6a-1efe3ab03eae', '10f2f9be-4c37-40ad-bb97-9b058376e93f', 'E5', 'Product E5');
INSERT INTO "products" VALUES ('019cd85e-893b-774f-8875-882e0341210e', 'd28e8f4f-f289-4636-9a59-e523dfaa9766', 'E3', 'Product E3');
INSERT INTO "products" VALUES ('019cd85e-893b-774f-a412-a8dbb170d796', 'f114753c-0018-45ef-afcc-a614151980b1', 'E1', 'Product E1');
INSERT INTO "products" VALUES ('019cd85e-893b-774f-bc03-542b8a097f2a', 'ae62eb08-6236-49cc-a4d4-9e83e7939de8', 'F1', 'Product F1');
INSERT INTO "products" VALUES ('019cd85e-893b-774f-b0b2-6905f2340920', 'ccfa0dd4-9f68-4bbc-9940-1bc3eb0f42ba', 'BASIC', 'Product BASIC');
INSERT INTO "products" VALUES ('019cd85e-893b-774f-b854-1481092e4d80', '1915dcda-238c-4ed1-bddc-66100d7de722', 'DRAW', 'Product DRAW');
CREATE TABLE product_apps (
    product_id text NOT NULL REFERENCES products (id),
    app_id     text NOT NULL REFERENCES apps (id),
    PRIMARY KEY (product_id, app_id)
);
INSERT INTO "product_apps" VALUES ('019cd85e-893b-774f-af6a-1efe3ab03eae', '019cd85e-893b-774f-918f-90bbc70e75d0');
INSERT INTO "product_apps" VALUES ('019cd85e-893b-774f-af6a-1efe3ab03eae', '019cd85e-893b-774f-ae17-eedaf1630df8');
INSERT INTO "product_apps" VALUES ('019cd85e-893b-774f-af6a-1efe3ab03eae', '019cd85e-893b-774f-ab95-94358499e914');
INSERT INTO "product_apps" VALUES ('019cd85e-893b-774f-8875-882e0341210e', '019cd85e-893b-774f-918f-90bbc70e75d0');
INSERT INTO "product_apps" VALUES ('019cd85e-893b-774f-8875-882e0341210e', '019cd85e-893b-774f-ae17-eedaf1630df8');
INSERT INTO "product_apps" VALUES ('019cd85e-893b-774f-8875-882e0341210e', '019cd85e-893b-774f-ab95-94358499e914');
INSERT INTO "product_apps" VALUES ('019cd85e-893b-774f-a412-a8dbb170d796', '019cd85e-893b-774f-918f-90bbc70e75d0');
INSERT INTO "product_apps" VALUES ('019cd85e-893b-774f-a412-a8dbb170d796', '019cd85e-893b-774f-ae17-eedaf1630df8');
INSERT INTO "product_apps" VALUES ('019cd85e-893b-774f-bc03-542b8a097f2a', '019cd85e-893b-774f-918f-90bbc70e75d0');
INSERT INTO "product_apps" VALUES ('019cd85e-893b-774f-bc03-542b8a097f2a', '019cd85e-893b-774f-ae17-eedaf1630df8');
INSERT INTO "product_apps" VALUES ('019cd85e-893b-774f-b0b2-6905f2340920', '019cd85e-893b-774f-918f-90bbc70e75d0');
INSERT INTO "product_apps" VALUES ('019cd85e-893b-774f-b854-1481092e4d80', '019cd85e-893b-774f-aa66-072cefc42bc9');
CREATE TABLE tenants (
    id                 text     NOT NULL PRIMARY KEY,
    name               text     NOT NULL,
    name_key           text     NOT NULL UNIQUE,
    external_id        text     NOT NULL UNIQUE,
    auto_claim_enabled boolean  NOT NULL,
    config_version     integer  NOT NULL,
    created_at         datetime NOT NULL
, time_zone text NOT NULL DEFAULT 'UTC', fold_external_ids boolean NOT NULL DEFAULT false);
INSERT INTO "tenants" VALUES ('019cd85e-893b-774f-ae80-68d0fd84844e', 'acme', 'acme', 'acme-external', 1, 4, '2026-03-10 15:30:00.123456+00:00', 'UTC', 0);
INSERT INTO "tenants" VALUES ('019cd85e-893b-774f-97fc-cd892146af02', 'other', 'other', 'other-external', 1, 5, '2026-03-10 15:30:00.123456+00:00', 'UTC', 0);
CREATE TABLE license_pools (
    tenant_id  text    NOT NULL REFERENCES tenants (id),
    product_id text    NOT NULL REFERENCES products (id),
    total      integer NOT NULL CHECK (total >= 0),
    assigned   integer NOT NULL CHECK (assigned >= 0),
    PRIMARY KEY (tenant_id, product_id)
);
INSERT INTO "license_pools" VALUES ('019cd85e-893b-774f-ae80-68d0fd84844e', '019cd85e-893b-774f-8875-882e0341210e', 2, 2);
INSERT INTO "license_pools" VALUES ('019cd85e-893b-774f-ae80-68d0fd84844e', '019cd85e-893b-774f-a412-a8dbb170d796', 1, 1);
INSERT INTO "license_pools" VALUES ('019cd85e-893b-774f-ae80-68d0fd84844e', '019cd85e-893b-774f-bc03-542b8a097f2a', 0, 0);
INSERT INTO "license_pools" VALUES ('019cd85e-893b-774f-97fc-cd892146af02', '019cd85e-893b-774f-b0b2-6905f2340920', 3, 1);
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
INSERT INTO "subscriptions" VALUES ('019cd85e-893b-774f-ae80-68d0fd84844e', '019cd85e-893b-774b-8b8a-81c3c697c1cf', '019cd85e-893b-774f-8875-882e0341210e', 2, 'ACTIVE', '2026-03-10 15:30:00.123456+00:00', '2026-03-10 15:30:00.123456+00:00');
INSERT INTO "subscriptions" VALUES ('019cd85e-893b-774f-ae80-68d0fd84844e', '019cd85e-893b-774b-b2bb-bd7dba5f19df', '019cd85e-893b-774f-a412-a8dbb170d796', 1, 'ACTIVE', '2026-03-10 15:30:00.123456+00:00', '2026-03-10 15:30:00.123456+00:00');
INSERT INTO "subscriptions" VALUES ('019cd85e-893b-774f-ae80-68d0fd84844e', '019cd85e-893b-774b-82a4-f7b6b1bef69d', '019cd85e-893b-774f-bc03-542b8a097f2a', 7, 'SUSPENDED', '2026-03-10 15:30:00.123456+00:00', '2026-03-10 15:30:00.123456+00:00');
INSERT INTO "subscriptions" VALUES ('019cd85e-893b-774f-97fc-cd892146af02', '019cdd84-e53b-774b-8853-83d9170c55d6', '019cd85e-893b-774f-b0b2-6905f2340920', 3, 'ACTIVE', '2026-03-11 15:30:00.123456+00:00', '2026-03-11 15:30:00.123456+00:00');
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
INSERT INTO "users" VALUES ('019cd85e-893b-774f-ae80-68d0fd84844e', '019cd85e-893b-774b-a282-e93db51fb49d', 'ann', 'Ann Änder', 'ann@example.com', 'ann änder
ann@example.com
ann', '2026-03-11 15:30:00.123456+00:00', '2026-03-10 15:30:00.123456+00:00', '2026-03-10 15:30:00.123456+00:00');
INSERT INTO "users" VALUES ('019cd85e-893b-774f-ae80-68d0fd84844e', '019cd85e-893b-774b-8224-2e1fba9ba816', 'o''hara', '', '', '

o''hara', NULL, '2026-03-11 15:30:00.123456+00:00', '2026-03-10 15:30:00.123456+00:00');
INSERT INTO "users" VALUES ('019cd85e-893b-774f-ae80-68d0fd84844e', '019cd85e-893b-774b-b3a5-433432a65d71', 'bob', '', '', '

bob', NULL, '2026-03-10 15:30:00.123456+00:00', '2026-03-10 15:30:00.123456+00:00');
INSERT INTO "users" VALUES ('019cd85e-893b-774f-ae80-68d0fd84844e', '019cdd84-e53b-774b-8cfb-0ea80c357ce8', 'dan', '', '', '

dan', NULL, '2026-03-11 15:30:00.123456+00:00', '2026-03-11 15:30:00.123456+00:00');
INSERT INTO "users" VALUES ('019cd85e-893b-774f-97fc-cd892146af02', '019cdd84-e53b-774b-8fe8-abe806534d4c', 'ann', '', '', '

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
INSERT INTO "policies" VALUES ('019cd85e-893b-774f-ae80-68d0fd84844e', '019cd85e-893b-774b-84d2-d74490ab30fd', 'Teams', 'teams', '019cd85e-893b-774f-918f-90bbc70e75d0', 1, 2, '2026-03-10 15:30:00.123456+00:00', '2026-03-10 15:30:00.123456+00:00', NULL);
INSERT INTO "policies" VALUES ('019cd85e-893b-774f-97fc-cd892146af02', '019cdd84-e53b-774b-b35b-55cb7c6103a4', 'Old', 'old', '019cd85e-893b-774f-918f-90bbc70e75d0', 1, 2, '2026-03-11 15:30:00.123456+00:00', '2026-03-11 15:30:00.123456+00:00', '2026-03-11 15:30:00.123456+00:00');
INSERT INTO "policies" VALUES ('019cd85e-893b-774f-97fc-cd892146af02', '019cdd84-e53b-774b-b758-6f48a28d141c', 'New', 'new', '019cd85e-893b-774f-918f-90bbc70e75d0', 1, 1, '2026-03-11 15:30:00.123456+00:00', '2026-03-11 15:30:00.123456+00:00', NULL);
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
INSERT INTO "policy_products" VALUES ('019cd85e-893b-774f-ae80-68d0fd84844e', '019cd85e-893b-774b-84d2-d74490ab30fd', 0, '019cd85e-893b-774f-8875-882e0341210e', '["019cd85e-893b-774f-ab95-94358499e914"]');
INSERT INTO "policy_products" VALUES ('019cd85e-893b-774f-ae80-68d0fd84844e', '019cd85e-893b-774b-84d2-d74490ab30fd', 1, '019cd85e-893b-774f-a412-a8dbb170d796', '[]');
INSERT INTO "policy_products" VALUES ('019cd85e-893b-774f-97fc-cd892146af02', '019cdd84-e53b-774b-b35b-55cb7c6103a4', 0, '019cd85e-893b-774f-b0b2-6905f2340920', '[]');
INSERT INTO "policy_products" VALUES ('019cd85e-893b-774f-97fc-cd892146af02', '019cdd84-e53b-774b-b758-6f48a28d141c', 0, '019cd85e-893b-774f-b0b2-6905f2340920', '[]');
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
INSERT INTO "licenses" VALUES ('019cd85e-893b-774f-ae80-68d0fd84844e', '019cd85e-893b-774b-9051-6bb3576e67a6', '019cd85e-893b-774b-a282-e93db51fb49d', '019cd85e-893b-774f-8875-882e0341210e', 'AUTO_CLAIM', '019cd85e-893b-774b-84d2-d74490ab30fd', '["019cd85e-893b-774f-ab95-94358499e914"]', '2026-03-10 15:30:00.123456+00:00', '2026-03-11 15:30:00.123456+00:00');
INSERT INTO "licenses" VALUES ('019cd85e-893b-774f-ae80-68d0fd84844e', '019cd85e-893b-774b-8bba-3d9402bb5c9f', '019cd85e-893b-774b-b3a5-433432a65d71', '019cd85e-893b-774f-8875-882e0341210e', 'AUTO_CLAIM', '019cd85e-893b-774b-84d2-d74490ab30fd', '["019cd85e-893b-774f-ab95-94358499e914"]', '2026-03-10 15:30:00.123456+00:00', NULL);
INSERT INTO "licenses" VALUES ('019cd85e-893b-774f-ae80-68d0fd84844e', '019cdd84-e53b-774b-a76c-72688eb8c2ad', '019cd85e-893b-774b-8224-2e1fba9ba816', '019cd85e-893b-774f-a412-a8dbb170d796', 'AUTO_CLAIM', '019cd85e-893b-774b-84d2-d74490ab30fd', '[]', '2026-03-11 15:30:00.123456+00:00', NULL);
INSERT INTO "licenses" VALUES ('019cd85e-893b-774f-ae80-68d0fd84844e', '019cdd84-e53b-774b-bd68-d949ea11b050', '019cdd84-e53b-774b-8cfb-0ea80c357ce8', '019cd85e-893b-774f-8875-882e0341210e', 'DIRECT', NULL, '[]', '2026-03-11 15:30:00.123456+00:00', NULL);
INSERT INTO "licenses" VALUES ('019cd85e-893b-774f-97fc-cd892146af02', '019cdd84-e53b-774b-8720-fc2a12c34673', '019cdd84-e53b-774b-8fe8-abe806534d4c', '019cd85e-893b-774f-b0b2-6905f2340920', 'AUTO_CLAIM', '019cdd84-e53b-774b-b35b-55cb7c6103a4', '[]', '2026-03-11 15:30:00.123456+00:00', NULL);
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
INSERT INTO "claims" VALUES ('019cd85e-893b-774f-ae80-68d0fd84844e', '019cd85e-893b-774b-a287-6e3f2b722dc0', '019cd85e-893b-774b-a282-e93db51fb49d', '019cd85e-893b-774b-84d2-d74490ab30fd', '019cd85e-893b-774f-918f-90bbc70e75d0', '019cd85e-893b-774f-8875-882e0341210e', '019cd85e-893b-774b-9051-6bb3576e67a6', 0, '2026-03-10 15:30:00.123456+00:00');
INSERT INTO "claims" VALUES ('019cd85e-893b-774f-ae80-68d0fd84844e', '019cd85e-893b-774b-82b6-df94a7a393d3', '019cd85e-893b-774b-b3a5-433432a65d71', '019cd85e-893b-774b-84d2-d74490ab30fd', '019cd85e-893b-774f-918f-90bbc70e75d0', '019cd85e-893b-774f-8875-882e0341210e', '019cd85e-893b-774b-8bba-3d9402bb5c9f', 0, '2026-03-10 15:30:00.123456+00:00');
INSERT INTO "claims" VALUES ('019cd85e-893b-774f-ae80-68d0fd84844e', '019cdd84-e53b-774b-90f6-046f8d9786be', '019cd85e-893b-774b-8224-2e1fba9ba816', '019cd85e-893b-774b-84d2-d74490ab30fd', '019cd85e-893b-774f-918f-90bbc70e75d0', '019cd85e-893b-774f-a412-a8dbb170d796', '019cdd84-e53b-774b-a76c-72688eb8c2ad', 1, '2026-03-11 15:30:00.123456+00:00');
INSERT INTO "claims" VALUES ('019cd85e-893b-774f-97fc-cd892146af02', '019cdd84-e53b-774b-80f9-18d3a44b4514', '019cdd84-e53b-774b-8fe8-abe806534d4c', '019cdd84-e53b-774b-b35b-55cb7c6103a4', '019cd85e-893b-774f-918f-90bbc70e75d0', '019cd85e-893b-774f-b0b2-6905f2340920', '019cdd84-e53b-774b-8720-fc2a12c34673', 0, '2026-03-11 15:30:00.123456+00:00');
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
INSERT INTO "claim_days" VALUES ('019cd85e-893b-774f-ae80-68d0fd84844e', '2026-03-10 00:00:00+00:00', '019cd85e-893b-774b-84d2-d74490ab30fd', '019cd85e-893b-774f-8875-882e0341210e', 2);
INSERT INTO "claim_days" VALUES ('019cd85e-893b-774f-ae80-68d0fd84844e', '2026-03-11 00:00:00+00:00', '019cd85e-893b-774b-84d2-d74490ab30fd', '019cd85e-893b-774f-a412-a8dbb170d796', 1);
INSERT INTO "claim_days" VALUES ('019cd85e-893b-774f-97fc-cd892146af02', '2026-03-11 00:00:00+00:00', '019cdd84-e53b-774b-b35b-55cb7c6103a4', '019cd85e-893b-774f-b0b2-6905f2340920', 1);
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
INSERT INTO "missed_claims" VALUES ('019cd85e-893b-774f-ae80-68d0fd84844e', '019cdd84-e53b-774b-a45e-a7e1a4c7a897', '019cd85e-893b-774b-84d2-d74490ab30fd', '019cdd84-e53b-774b-8cfb-0ea80c357ce8', '2026-03-11 15:30:00.123456+00:00', '2026-03-11 15:30:00.123456+00:00', 2);
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
INSERT INTO "audit_events" VALUES ('019cd85e-893b-774f-ae80-68d0fd84844e', '019cd85e-893b-774b-9899-d8fe2fd0d440', '2026-03-10 15:30:00.123456+00:00', 'acme-admin', 'setAutoClaimEnabled', 'tenant', '019cd85e-893b-774f-ae80-68d0fd84844e', '{"autoClaimEnabled":false,"timeZone":"UTC","foldExternalIds":false}', '{"autoClaimEnabled":true,"timeZone":"UTC","foldExternalIds":false}', 'request-1');
INSERT INTO "audit_events" VALUES ('019cd85e-893b-774f-97fc-cd892146af02', '019cd85e-893b-774b-9aa9-e61af2107eee', '2026-03-10 15:30:00.123456+00:00', 'other-admin', 'setAutoClaimEnabled', 'tenant', '019cd85e-893b-774f-97fc-cd892146af02', '{"autoClaimEnabled":false,"timeZone":"UTC","foldExternalIds":false}', '{"autoClaimEnabled":true,"timeZone":"UTC","foldExternalIds":false}', 'request-1');
INSERT INTO "audit_events" VALUES ('019cd85e-893b-774f-ae80-68d0fd84844e', '019cd85e-893b-774b-af6a-9e9912c8409d', '2026-03-10 15:30:00.123456+00:00', 'acme-admin', 'createSubscription', 'subscription', '019cd85e-893b-774b-8b8a-81c3c697c1cf', NULL, '{"id":"019cd85e-893b-774b-8b8a-81c3c697c1cf","productId":"019cd85e-893b-774f-8875-882e0341210e","quantity":2,"status":"ACTIVE","createdAt":"2026-03-10T15:30:00.123456Z","updatedAt":"2026-03-10T15:30:00.123456Z"}', 'request-1');
INSERT INTO "audit_events" VALUES ('019cd85e-893b-774f-ae80-68d0fd84844e', '019cd85e-893b-774b-90c0-1342a2b7c152', '2026-03-10 15:30:00.123456+00:00', 'acme-admin', 'createSubscription', 'subscription', '019cd85e-893b-774b-b2bb-bd7dba5f19df', NULL, '{"id":"019cd85e-893b-774b-b2bb-bd7dba5f19df","productId":"019cd85e-893b-774f-a412-a8dbb170d796","quantity":1,"status":"ACTIVE","createdAt":"2026-03-10T15:30:00.123456Z","updatedAt":"2026-03-10T15:30:00.123456Z"}', 'request-1');
INSERT INTO "audit_events" VALUES ('019cd85e-893b-774f-ae80-68d0fd84844e', '019cd85e-893b-774b-9d9a-07f34fe2c4d7', '2026-03-10 15:30:00.123456+00:00', 'acme-admin', 'createSubscription', 'subscription', '019cd85e-893b-774b-82a4-f7b6b1bef69d', NULL, '{"id":"019cd85e-893b-774b-82a4-f7b6b1bef69d","productId":"019cd85e-893b-774f-bc03-542b8a097f2a","quantity":7,"status":"ACTIVE","createdAt":"2026-03-10T15:30:00.123456Z","updatedAt":"2026-03-10T15:30:00.123456Z"}', 'request-1');
INSERT INTO "audit_events" VALUES ('019cd85e-893b-774f-ae80-68d0fd84844e', '019cd85e-893b-774b-9b50-73b615ee5bc8', '2026-03-10 15:30:00.123456+00:00', 'acme-admin', 'updateSubscription', 'subscription', '019cd85e-893b-774b-82a4-f7b6b1bef69d', '{"id":"019cd85e-893b-774b-82a4-f7b6b1bef69d","productId":"019cd85e-893b-774f-bc03-542b8a097f2a","quantity":7,"status":"ACTIVE","createdAt":"2026-03-10T15:30:00.123456Z","updatedAt":"2026-03-10T15:30:00.123456Z"}', '{"id":"019cd85e-893b-774b-82a4-f7b6b1bef69d","productId":"019cd85e-893b-774f-bc03-542b8a097f2a","quantity":7,"status":"SUSPENDED","createdAt":"2026-03-10T15:30:00.123456Z","updatedAt":"2026-03-10T15:30:00.123456Z"}', 'request-1');
INSERT INTO "audit_events" VALUES ('019cd85e-893b-774f-ae80-68d0fd84844e', '019cd85e-893b-774b-9e84-d3005627c206', '2026-03-10 15:30:00.123456+00:00', 'acme-admin', 'createPolicy', 'policy', '019cd85e-893b-774b-84d2-d74490ab30fd', NULL, '{"id":"019cd85e-893b-774b-84d2-d74490ab30fd","name":"Teams","appId":"019cd85e-893b-774f-918f-90bbc70e75d0","enabled":true,"version":1,"products":[{"productId":"019cd85e-893b-774f-8875-882e0341210e","appsOff":[]},{"productId":"019cd85e-893b-774f-a412-a8dbb170d796","appsOff":[]}],"createdAt":"2026-03-10T15:30:00.123456Z","updatedAt":"2026-03-10T15:30:00.123456Z"}', 'request-1');
INSERT INTO "audit_events" VALUES ('019cd85e-893b-774f-ae80-68d0fd84844e', '019cd85e-893b-774b-b4d9-8e43d628da17', '2026-03-10 15:30:00.123456+00:00', 'acme-admin', 'setAppToggles', 'policy', '019cd85e-893b-774b-84d2-d74490ab30fd', '{"id":"019cd85e-893b-774b-84d2-d74490ab30fd","name":"Teams","appId":"019cd85e-893b-774f-918f-90bbc70e75d0","enabled":true,"version":1,"products":[{"productId":"019cd85e-893b-774f-8875-882e0341210e","appsOff":[]},{"productId":"019cd85e-893b-774f-a412-a8dbb170d796","appsOff":[]}],"createdAt":"2026-03-10T15:30:00.123456Z","updatedAt":"2026-03-10T15:30:00.123456Z"}', '{"id":"019cd85e-893b-774b-84d2-d74490ab30fd","name":"Teams","appId":"019cd85e-893b-774f-918f-90bbc70e75d0","enabled":true,"version":2,"products":[{"productId":"019cd85e-893b-774f-8875-882e0341210e","appsOff":["019cd85e-893b-774f-ab95-94358499e914"]},{"productId":"019cd85e-893b-774f-a412-a8dbb170d796","appsOff":[]}],"createdAt":"2026-03-10T15:30:00.123456Z","updatedAt":"2026-03-10T15:30:00.123456Z"}', 'request-1');
INSERT INTO "audit_events" VALUES ('019cd85e-893b-774f-ae80-68d0fd84844e', '019cdd84-e53b-774b-9c97-0dffb7185479', '2026-03-11 15:30:00.123456+00:00', 'acme-admin', 'removeLicense', 'license', '019cd85e-893b-774b-9051-6bb3576e67a6', '{"id":"019cd85e-893b-774b-9051-6bb3576e67a6","userId":"019cd85e-893b-774b-a282-e93db51fb49d","productId":"019cd85e-893b-774f-8875-882e0341210e","source":"AUTO_CLAIM","policyId":"019cd85e-893b-774b-84d2-d74490ab30fd","appsOff":["019cd85e-893b-774f-ab95-94358499e914"],"assignedAt":"2026-03-10T15:30:00.123456Z"}', '{"id":"019cd85e-893b-774b-9051-6bb3576e67a6","userId":"019cd85e-893b-774b-a282-e93db51fb49d","productId":"019cd85e-893b-774f-8875-882e0341210e","source":"AUTO_CLAIM","policyId":"019cd85e-893b-774b-84d2-d74490ab30fd","appsOff":["019cd85e-893b-774f-ab95-94358499e914"],"assignedAt":"2026-03-10T15:30:00.123456Z","removedAt":"2026-03-11T15:30:00.123456Z"}', 'request-1');
INSERT INTO "audit_events" VALUES ('019cd85e-893b-774f-ae80-68d0fd84844e', '019cdd84-e53b-774b-983b-5ab045279091', '2026-03-11 15:30:00.123456+00:00', 'acme-admin', 'removeLicense', 'user', '019cd85e-893b-774b-a282-e93db51fb49d', '{"id":"019cd85e-893b-774b-a282-e93db51fb49d","externalId":"ann","displayName":"Ann Änder","email":"ann@example.com","createdAt":"2026-03-10T15:30:00.123456Z"}', '{"id":"019cd85e-893b-774b-a282-e93db51fb49d","externalId":"ann","displayName":"Ann Änder","email":"ann@example.com","blockedAt":"2026-03-11T15:30:00.123456Z","createdAt":"2026-03-10T15:30:00.123456Z"}', 'request-1');
INSERT INTO "audit_events" VALUES ('019cd85e-893b-774f-ae80-68d0fd84844e', '019cdd84-e53b-774b-b09c-85d8313c8212', '2026-03-11 15:30:00.123456+00:00', 'acme-admin', 'assignLicense', 'license', '019cdd84-e53b-774b-bd68-d949ea11b050', NULL, '{"id":"019cdd84-e53b-774b-bd68-d949ea11b050","userId":"019cdd84-e53b-774b-8cfb-0ea80c357ce8","productId":"019cd85e-893b-774f-8875-882e0341210e","source":"DIRECT","appsOff":[],"assignedAt":"2026-03-11T15:30:00.123456Z"}', 'request-1');
INSERT INTO "audit_events" VALUES ('019cd85e-893b-774f-97fc-cd892146af02', '019cdd84-e53b-774b-acb7-81f2c949a603', '2026-03-11 15:30:00.123456+00:00', 'other-admin', 'createSubscription', 'subscription', '019cdd84-e53b-774b-8853-83d9170c55d6', NULL, '{"id":"019cdd84-e53b-774b-8853-83d9170c55d6","productId":"019cd85e-893b-774f-b0b2-6905f2340920","quantity":3,"status":"ACTIVE","createdAt":"2026-03-11T15:30:00.123456Z","updatedAt":"2026-03-11T15:30:00.123456Z"}', 'request-1');
INSERT INTO "audit_events" VALUES ('019cd85e-893b-774f-97fc-cd892146af02', '019cdd84-e53b-774b-b47a-76a34f07a28b', '2026-03-11 15:30:00.123456+00:00', 'other-admin', 'createPolicy', 'policy', '019cdd84-e53b-774b-b35b-55cb7c6103a4', NULL, '{"id":"019cdd84-e53b-774b-b35b-55cb7c6103a4","name":"Old","appId":"019cd85e-893b-774f-918f-90bbc70e75d0","enabled":true,"version":1,"products":[{"productId":"019cd85e-893b-774f-b0b2-6905f2340920","appsOff":[]}],"createdAt":"2026-03-11T15:30:00.123456Z","updatedAt":"2026-03-11T15:30:00.123456Z"}', 'request-1');
INSERT INTO "audit_events" VALUES ('019cd85e-893b-774f-97fc-cd892146af02', '019cdd84-e53b-774b-87eb-67fd44f91c82', '2026-03-11 15:30:00.123456+00:00', 'other-admin', 'deletePolicy', 'policy', '019cdd84-e53b-774b-b35b-55cb7c6103a4', '{"id":"019cdd84-e53b-774b-b35b-55cb7c6103a4","name":"Old","appId":"019cd85e-893b-774f-918f-90bbc70e75d0","enabled":true,"version":1,"products":[{"productId":"019cd85e-893b-774f-b0b2-6905f2340920","appsOff":[]}],"createdAt":"2026-03-11T15:30:00.123456Z","updatedAt":"2026-03-11T15:30:00.123456Z"}', '{"id":"019cdd84-e53b-774b-b35b-55cb7c6103a4","name":"Old","appId":"019cd85e-893b-774f-918f-90bbc70e75d0","enabled":true,"version":2,"products":[{"productId":"019cd85e-893b-774f-b0b2-6905f2340920","appsOff":[]}],"createdAt":"2026-03-11T15:30:00.123456Z","updatedAt":"2026-03-11T15:30:00.123456Z","deletedAt":"2026-03-11T15:30:00.123456Z"}', 'request-1');
INSERT INTO "audit_events" VALUES ('019cd85e-893b-774f-97fc-cd892146af02', '019cdd84-e53b-774b-9faf-03e5206a0769', '2026-03-11 15:30:00.123456+00:00', 'other-admin', 'createPolicy', 'policy', '019cdd84-e53b-774b-b758-6f48a28d141c', NULL, '{"id":"019cdd84-e53b-774b-b758-6f48a28d141c","name":"New","appId":"019cd85e-893b-774f-918f-90bbc70e75d0","enabled":true,"version":1,"products":[{"productId":"019cd85e-893b-774f-b0b2-6905f2340920","appsOff":[]}],"createdAt":"2026-03-11T15:30:00.123456Z","updatedAt":"2026-03-11T15:30:00.123456Z"}', 'request-1');
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
