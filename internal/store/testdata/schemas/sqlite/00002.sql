CREATE TABLE goose_db_version (
		id INTEGER PRIMARY KEY AUTOINCREMENT,
		version_id INTEGER NOT NULL,
		is_applied INTEGER NOT NULL,
		tstamp TIMESTAMP DEFAULT (datetime('now'))
	);
INSERT INTO "goose_db_version" VALUES (1, 0, 1, '2026-11-24 21:44:30');
INSERT INTO "goose_db_version" VALUES (2, 1, 1, '2026-11-24 21:44:30');
INSERT INTO "goose_db_version" VALUES (3, 2, 1, '2026-11-24 21:44:30');
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
INSERT INTO "apps" VALUES ('019cd85e-893b-774f-9c83-35b37b7b01ae', '97db96f9-2334-4268-a43d-543e87f7cdfa', 'TEAMS1', 'App TEAMS1', 1);
INSERT INTO "apps" VALUES ('019cd85e-893b-774f-9d11-260736740b31', 'b267d3d3-e6d3-4ae9-8ea2-64ef6fedab44', 'MAIL', 'App MAIL', 1);
INSERT INTO "apps" VALUES ('019cd85e-893b-774f-9fc5-ccecabca45e2', '0dc2f730-a478-493f-9e74-5978ec4b7cb8', 'VOICE', 'App VOICE', 0);
INSERT INTO "apps" VALUES ('019cd85e-893b-774f-92d5-dce7a4b02c67', 'a79645d7-3a07-44d6-af87-f36c4314c5ad', 'SKETCH', 'App SKETCH', 0);
CREATE TABLE products (
    id        text NOT NULL PRIMARY KEY,
    vendor_id text NOT NULL UNIQUE,
    code      text NOT NULL,
    name      text NOT NULL
);
INSERT INTO "products" VALUES ('019cd85e-893b-774f-bd55-eed516798463', '0a455f3d-9f18-4b99-bbac-0f723655c17f', 'E5', 'Product E5');
INSERT INTO "products" VALUES ('019cd85e-893b-774f-beca-78878e00afd5', '6cef1ff7-ebf1-4859-aded-a39a248259c8', 'E3', 'Product E3');
INSERT INTO "products" VALUES ('019cd85e-893b-774f-9669-ca35755c129a', '255cc04a-91df-40ad-949d-52eb9b02d1e8', 'E1', 'Product E1');
INSERT INTO "products" VALUES ('019cd85e-893b-774f-9473-aa8bcbecd2c3', '6f73c7dd-cf69-4fcc-9149-7473678785d9', 'F1', 'Product F1');
INSERT INTO "products" VALUES ('019cd85e-893b-774f-a266-1d5e768ba1cd', '8b406c3f-5f1c-49a6-991e-be628c525802', 'BASIC', 'Product BASIC');
INSERT INTO "products" VALUES ('019cd85e-893b-774f-a8f7-dbc6f8a04c43', 'eea90ce7-a353-4a03-b85b-8d706b8616db', 'DRAW', 'Product DRAW');
CREATE TABLE product_apps (
    product_id text NOT NULL REFERENCES products (id),
    app_id     text NOT NULL REFERENCES apps (id),
    PRIMARY KEY (product_id, app_id)
);
INSERT INTO "product_apps" VALUES ('019cd85e-893b-774f-bd55-eed516798463', '019cd85e-893b-774f-9c83-35b37b7b01ae');
INSERT INTO "product_apps" VALUES ('019cd85e-893b-774f-bd55-eed516798463', '019cd85e-893b-774f-9d11-260736740b31');
INSERT INTO "product_apps" VALUES ('019cd85e-893b-774f-bd55-eed516798463', '019cd85e-893b-774f-9fc5-ccecabca45e2');
INSERT INTO "product_apps" VALUES ('019cd85e-893b-774f-beca-78878e00afd5', '019cd85e-893b-774f-9c83-35b37b7b01ae');
INSERT INTO "product_apps" VALUES ('019cd85e-893b-774f-beca-78878e00afd5', '019cd85e-893b-774f-9d11-260736740b31');
INSERT INTO "product_apps" VALUES ('019cd85e-893b-774f-beca-78878e00afd5', '019cd85e-893b-774f-9fc5-ccecabca45e2');
INSERT INTO "product_apps" VALUES ('019cd85e-893b-774f-9669-ca35755c129a', '019cd85e-893b-774f-9c83-35b37b7b01ae');
INSERT INTO "product_apps" VALUES ('019cd85e-893b-774f-9669-ca35755c129a', '019cd85e-893b-774f-9d11-260736740b31');
INSERT INTO "product_apps" VALUES ('019cd85e-893b-774f-9473-aa8bcbecd2c3', '019cd85e-893b-774f-9c83-35b37b7b01ae');
INSERT INTO "product_apps" VALUES ('019cd85e-893b-774f-9473-aa8bcbecd2c3', '019cd85e-893b-774f-9d11-260736740b31');
INSERT INTO "product_apps" VALUES ('019cd85e-893b-774f-a266-1d5e768ba1cd', '019cd85e-893b-774f-9c83-35b37b7b01ae');
INSERT INTO "product_apps" VALUES ('019cd85e-893b-774f-a8f7-dbc6f8a04c43', '019cd85e-893b-774f-92d5-dce7a4b02c67');
CREATE TABLE tenants (
    id                 text     NOT NULL PRIMARY KEY,
    name               text     NOT NULL,
    name_key           text     NOT NULL UNIQUE,
    external_id        text     NOT NULL UNIQUE,
    auto_claim_enabled boolean  NOT NULL,
    config_version     integer  NOT NULL,
    created_at         datetime NOT NULL
);
INSERT INTO "tenants" VALUES ('019cd85e-893b-774f-b6f5-bbd60a1e6edb', 'acme', 'acme', 'acme-external', 1, 4, '2026-03-10 15:30:00.123456+00:00');
INSERT INTO "tenants" VALUES ('019cd85e-893b-774f-bc78-bf417128b69f', 'other', 'other', 'other-external', 1, 5, '2026-03-10 15:30:00.123456+00:00');
CREATE TABLE license_pools (
    tenant_id  text    NOT NULL REFERENCES tenants (id),
    product_id text    NOT NULL REFERENCES products (id),
    total      integer NOT NULL CHECK (total >= 0),
    assigned   integer NOT NULL CHECK (assigned >= 0),
    PRIMARY KEY (tenant_id, product_id)
);
INSERT INTO "license_pools" VALUES ('019cd85e-893b-774f-b6f5-bbd60a1e6edb', '019cd85e-893b-774f-beca-78878e00afd5', 2, 2);
INSERT INTO "license_pools" VALUES ('019cd85e-893b-774f-b6f5-bbd60a1e6edb', '019cd85e-893b-774f-9669-ca35755c129a', 1, 1);
INSERT INTO "license_pools" VALUES ('019cd85e-893b-774f-b6f5-bbd60a1e6edb', '019cd85e-893b-774f-9473-aa8bcbecd2c3', 0, 0);
INSERT INTO "license_pools" VALUES ('019cd85e-893b-774f-bc78-bf417128b69f', '019cd85e-893b-774f-a266-1d5e768ba1cd', 3, 1);
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
INSERT INTO "subscriptions" VALUES ('019cd85e-893b-774f-b6f5-bbd60a1e6edb', '019cd85e-893b-774b-8185-0e867560c65f', '019cd85e-893b-774f-beca-78878e00afd5', 2, 'ACTIVE', '2026-03-10 15:30:00.123456+00:00', '2026-03-10 15:30:00.123456+00:00');
INSERT INTO "subscriptions" VALUES ('019cd85e-893b-774f-b6f5-bbd60a1e6edb', '019cd85e-893b-774b-af75-d78ef7eb414c', '019cd85e-893b-774f-9669-ca35755c129a', 1, 'ACTIVE', '2026-03-10 15:30:00.123456+00:00', '2026-03-10 15:30:00.123456+00:00');
INSERT INTO "subscriptions" VALUES ('019cd85e-893b-774f-b6f5-bbd60a1e6edb', '019cd85e-893b-774b-b211-8ddd4dd831c2', '019cd85e-893b-774f-9473-aa8bcbecd2c3', 7, 'SUSPENDED', '2026-03-10 15:30:00.123456+00:00', '2026-03-10 15:30:00.123456+00:00');
INSERT INTO "subscriptions" VALUES ('019cd85e-893b-774f-bc78-bf417128b69f', '019cdd84-e53b-774b-9f33-0e191e97e9b5', '019cd85e-893b-774f-a266-1d5e768ba1cd', 3, 'ACTIVE', '2026-03-11 15:30:00.123456+00:00', '2026-03-11 15:30:00.123456+00:00');
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
INSERT INTO "users" VALUES ('019cd85e-893b-774f-b6f5-bbd60a1e6edb', '019cd85e-893b-774b-9daf-9b42062f6ae3', 'ann', 'Ann Änder', 'ann@example.com', 'ann änder
ann@example.com
ann', '2026-03-11 15:30:00.123456+00:00', '2026-03-10 15:30:00.123456+00:00', '2026-03-10 15:30:00.123456+00:00');
INSERT INTO "users" VALUES ('019cd85e-893b-774f-b6f5-bbd60a1e6edb', '019cd85e-893b-774b-a700-a623eeb0c604', 'o''hara', '', '', '

o''hara', NULL, '2026-03-11 15:30:00.123456+00:00', '2026-03-10 15:30:00.123456+00:00');
INSERT INTO "users" VALUES ('019cd85e-893b-774f-b6f5-bbd60a1e6edb', '019cd85e-893b-774b-b618-17a80a9f34cd', 'bob', '', '', '

bob', NULL, '2026-03-10 15:30:00.123456+00:00', '2026-03-10 15:30:00.123456+00:00');
INSERT INTO "users" VALUES ('019cd85e-893b-774f-b6f5-bbd60a1e6edb', '019cdd84-e53b-774b-b255-6a6633cb5c11', 'dan', '', '', '

dan', NULL, '2026-03-11 15:30:00.123456+00:00', '2026-03-11 15:30:00.123456+00:00');
INSERT INTO "users" VALUES ('019cd85e-893b-774f-bc78-bf417128b69f', '019cdd84-e53b-774b-b8f0-2260a97be827', 'ann', '', '', '

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
INSERT INTO "policies" VALUES ('019cd85e-893b-774f-b6f5-bbd60a1e6edb', '019cd85e-893b-774b-8739-1fca7ba91bd5', 'Teams', 'teams', '019cd85e-893b-774f-9c83-35b37b7b01ae', 1, 2, '2026-03-10 15:30:00.123456+00:00', '2026-03-10 15:30:00.123456+00:00', NULL);
INSERT INTO "policies" VALUES ('019cd85e-893b-774f-bc78-bf417128b69f', '019cdd84-e53b-774b-b72a-6e6d60bf8caa', 'Old', 'old', '019cd85e-893b-774f-9c83-35b37b7b01ae', 1, 2, '2026-03-11 15:30:00.123456+00:00', '2026-03-11 15:30:00.123456+00:00', '2026-03-11 15:30:00.123456+00:00');
INSERT INTO "policies" VALUES ('019cd85e-893b-774f-bc78-bf417128b69f', '019cdd84-e53b-774b-84d0-926e0bd210e9', 'New', 'new', '019cd85e-893b-774f-9c83-35b37b7b01ae', 1, 1, '2026-03-11 15:30:00.123456+00:00', '2026-03-11 15:30:00.123456+00:00', NULL);
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
INSERT INTO "policy_products" VALUES ('019cd85e-893b-774f-b6f5-bbd60a1e6edb', '019cd85e-893b-774b-8739-1fca7ba91bd5', 0, '019cd85e-893b-774f-beca-78878e00afd5', '["019cd85e-893b-774f-9fc5-ccecabca45e2"]');
INSERT INTO "policy_products" VALUES ('019cd85e-893b-774f-b6f5-bbd60a1e6edb', '019cd85e-893b-774b-8739-1fca7ba91bd5', 1, '019cd85e-893b-774f-9669-ca35755c129a', '[]');
INSERT INTO "policy_products" VALUES ('019cd85e-893b-774f-bc78-bf417128b69f', '019cdd84-e53b-774b-b72a-6e6d60bf8caa', 0, '019cd85e-893b-774f-a266-1d5e768ba1cd', '[]');
INSERT INTO "policy_products" VALUES ('019cd85e-893b-774f-bc78-bf417128b69f', '019cdd84-e53b-774b-84d0-926e0bd210e9', 0, '019cd85e-893b-774f-a266-1d5e768ba1cd', '[]');
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
INSERT INTO "licenses" VALUES ('019cd85e-893b-774f-b6f5-bbd60a1e6edb', '019cd85e-893b-774b-9c7c-8c5a824f6b53', '019cd85e-893b-774b-9daf-9b42062f6ae3', '019cd85e-893b-774f-beca-78878e00afd5', 'AUTO_CLAIM', '019cd85e-893b-774b-8739-1fca7ba91bd5', '["019cd85e-893b-774f-9fc5-ccecabca45e2"]', '2026-03-10 15:30:00.123456+00:00', '2026-03-11 15:30:00.123456+00:00');
INSERT INTO "licenses" VALUES ('019cd85e-893b-774f-b6f5-bbd60a1e6edb', '019cd85e-893b-774b-81f8-8f24f0c41885', '019cd85e-893b-774b-b618-17a80a9f34cd', '019cd85e-893b-774f-beca-78878e00afd5', 'AUTO_CLAIM', '019cd85e-893b-774b-8739-1fca7ba91bd5', '["019cd85e-893b-774f-9fc5-ccecabca45e2"]', '2026-03-10 15:30:00.123456+00:00', NULL);
INSERT INTO "licenses" VALUES ('019cd85e-893b-774f-b6f5-bbd60a1e6edb', '019cdd84-e53b-774b-8d5c-ea0420a402b7', '019cd85e-893b-774b-a700-a623eeb0c604', '019cd85e-893b-774f-9669-ca35755c129a', 'AUTO_CLAIM', '019cd85e-893b-774b-8739-1fca7ba91bd5', '[]', '2026-03-11 15:30:00.123456+00:00', NULL);
INSERT INTO "licenses" VALUES ('019cd85e-893b-774f-b6f5-bbd60a1e6edb', '019cdd84-e53b-774b-be28-f57a71f67466', '019cdd84-e53b-774b-b255-6a6633cb5c11', '019cd85e-893b-774f-beca-78878e00afd5', 'DIRECT', NULL, '[]', '2026-03-11 15:30:00.123456+00:00', NULL);
INSERT INTO "licenses" VALUES ('019cd85e-893b-774f-bc78-bf417128b69f', '019cdd84-e53b-774b-b354-ce7e86519615', '019cdd84-e53b-774b-b8f0-2260a97be827', '019cd85e-893b-774f-a266-1d5e768ba1cd', 'AUTO_CLAIM', '019cdd84-e53b-774b-b72a-6e6d60bf8caa', '[]', '2026-03-11 15:30:00.123456+00:00', NULL);
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
INSERT INTO "claims" VALUES ('019cd85e-893b-774f-b6f5-bbd60a1e6edb', '019cd85e-893b-774b-8b7b-b4cad788eeab', '019cd85e-893b-774b-9daf-9b42062f6ae3', '019cd85e-893b-774b-8739-1fca7ba91bd5', '019cd85e-893b-774f-9c83-35b37b7b01ae', '019cd85e-893b-774f-beca-78878e00afd5', '019cd85e-893b-774b-9c7c-8c5a824f6b53', 0, '2026-03-10 15:30:00.123456+00:00');
INSERT INTO "claims" VALUES ('019cd85e-893b-774f-b6f5-bbd60a1e6edb', '019cd85e-893b-774b-9e78-87f6b7316d9a', '019cd85e-893b-774b-b618-17a80a9f34cd', '019cd85e-893b-774b-8739-1fca7ba91bd5', '019cd85e-893b-774f-9c83-35b37b7b01ae', '019cd85e-893b-774f-beca-78878e00afd5', '019cd85e-893b-774b-81f8-8f24f0c41885', 0, '2026-03-10 15:30:00.123456+00:00');
INSERT INTO "claims" VALUES ('019cd85e-893b-774f-b6f5-bbd60a1e6edb', '019cdd84-e53b-774b-a5b3-9bd771be6273', '019cd85e-893b-774b-a700-a623eeb0c604', '019cd85e-893b-774b-8739-1fca7ba91bd5', '019cd85e-893b-774f-9c83-35b37b7b01ae', '019cd85e-893b-774f-9669-ca35755c129a', '019cdd84-e53b-774b-8d5c-ea0420a402b7', 1, '2026-03-11 15:30:00.123456+00:00');
INSERT INTO "claims" VALUES ('019cd85e-893b-774f-bc78-bf417128b69f', '019cdd84-e53b-774b-b377-ef5a9c0f51eb', '019cdd84-e53b-774b-b8f0-2260a97be827', '019cdd84-e53b-774b-b72a-6e6d60bf8caa', '019cd85e-893b-774f-9c83-35b37b7b01ae', '019cd85e-893b-774f-a266-1d5e768ba1cd', '019cdd84-e53b-774b-b354-ce7e86519615', 0, '2026-03-11 15:30:00.123456+00:00');
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
INSERT INTO "claim_days" VALUES ('019cd85e-893b-774f-b6f5-bbd60a1e6edb', '2026-03-10 00:00:00+00:00', '019cd85e-893b-774b-8739-1fca7ba91bd5', '019cd85e-893b-774f-beca-78878e00afd5', 2);
INSERT INTO "claim_days" VALUES ('019cd85e-893b-774f-b6f5-bbd60a1e6edb', '2026-03-11 00:00:00+00:00', '019cd85e-893b-774b-8739-1fca7ba91bd5', '019cd85e-893b-774f-9669-ca35755c129a', 1);
INSERT INTO "claim_days" VALUES ('019cd85e-893b-774f-bc78-bf417128b69f', '2026-03-11 00:00:00+00:00', '019cdd84-e53b-774b-b72a-6e6d60bf8caa', '019cd85e-893b-774f-a266-1d5e768ba1cd', 1);
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
INSERT INTO "missed_claims" VALUES ('019cd85e-893b-774f-b6f5-bbd60a1e6edb', '019cdd84-e53b-774b-b54b-b4c3c1f0ae58', '019cd85e-893b-774b-8739-1fca7ba91bd5', '019cdd84-e53b-774b-b255-6a6633cb5c11', '2026-03-11 15:30:00.123456+00:00', '2026-03-11 15:30:00.123456+00:00', 2);
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
INSERT INTO "audit_events" VALUES ('019cd85e-893b-774f-b6f5-bbd60a1e6edb', '019cd85e-893b-774b-91e4-662a5fd82e1d', '2026-03-10 15:30:00.123456+00:00', 'acme-admin', 'setAutoClaimEnabled', 'tenant', '019cd85e-893b-774f-b6f5-bbd60a1e6edb', '{"autoClaimEnabled":false}', '{"autoClaimEnabled":true}', 'request-1');
INSERT INTO "audit_events" VALUES ('019cd85e-893b-774f-bc78-bf417128b69f', '019cd85e-893b-774b-a283-a98195219482', '2026-03-10 15:30:00.123456+00:00', 'other-admin', 'setAutoClaimEnabled', 'tenant', '019cd85e-893b-774f-bc78-bf417128b69f', '{"autoClaimEnabled":false}', '{"autoClaimEnabled":true}', 'request-1');
INSERT INTO "audit_events" VALUES ('019cd85e-893b-774f-b6f5-bbd60a1e6edb', '019cd85e-893b-774b-8685-31957c2d6537', '2026-03-10 15:30:00.123456+00:00', 'acme-admin', 'createSubscription', 'subscription', '019cd85e-893b-774b-8185-0e867560c65f', NULL, '{"id":"019cd85e-893b-774b-8185-0e867560c65f","productId":"019cd85e-893b-774f-beca-78878e00afd5","quantity":2,"status":"ACTIVE","createdAt":"2026-03-10T15:30:00.123456Z","updatedAt":"2026-03-10T15:30:00.123456Z"}', 'request-1');
INSERT INTO "audit_events" VALUES ('019cd85e-893b-774f-b6f5-bbd60a1e6edb', '019cd85e-893b-774b-beeb-85bdfde9eb17', '2026-03-10 15:30:00.123456+00:00', 'acme-admin', 'createSubscription', 'subscription', '019cd85e-893b-774b-af75-d78ef7eb414c', NULL, '{"id":"019cd85e-893b-774b-af75-d78ef7eb414c","productId":"019cd85e-893b-774f-9669-ca35755c129a","quantity":1,"status":"ACTIVE","createdAt":"2026-03-10T15:30:00.123456Z","updatedAt":"2026-03-10T15:30:00.123456Z"}', 'request-1');
INSERT INTO "audit_events" VALUES ('019cd85e-893b-774f-b6f5-bbd60a1e6edb', '019cd85e-893b-774b-862e-79448c05a6cc', '2026-03-10 15:30:00.123456+00:00', 'acme-admin', 'createSubscription', 'subscription', '019cd85e-893b-774b-b211-8ddd4dd831c2', NULL, '{"id":"019cd85e-893b-774b-b211-8ddd4dd831c2","productId":"019cd85e-893b-774f-9473-aa8bcbecd2c3","quantity":7,"status":"ACTIVE","createdAt":"2026-03-10T15:30:00.123456Z","updatedAt":"2026-03-10T15:30:00.123456Z"}', 'request-1');
INSERT INTO "audit_events" VALUES ('019cd85e-893b-774f-b6f5-bbd60a1e6edb', '019cd85e-893b-774b-aaa4-e5a4cb1e5e9d', '2026-03-10 15:30:00.123456+00:00', 'acme-admin', 'updateSubscription', 'subscription', '019cd85e-893b-774b-b211-8ddd4dd831c2', '{"id":"019cd85e-893b-774b-b211-8ddd4dd831c2","productId":"019cd85e-893b-774f-9473-aa8bcbecd2c3","quantity":7,"status":"ACTIVE","createdAt":"2026-03-10T15:30:00.123456Z","updatedAt":"2026-03-10T15:30:00.123456Z"}', '{"id":"019cd85e-893b-774b-b211-8ddd4dd831c2","productId":"019cd85e-893b-774f-9473-aa8bcbecd2c3","quantity":7,"status":"SUSPENDED","createdAt":"2026-03-10T15:30:00.123456Z","updatedAt":"2026-03-10T15:30:00.123456Z"}', 'request-1');
INSERT INTO "audit_events" VALUES ('019cd85e-893b-774f-b6f5-bbd60a1e6edb', '019cd85e-893b-774b-a130-4392aaa8a368', '2026-03-10 15:30:00.123456+00:00', 'acme-admin', 'createPolicy', 'policy', '019cd85e-893b-774b-8739-1fca7ba91bd5', NULL, '{"id":"019cd85e-893b-774b-8739-1fca7ba91bd5","name":"Teams","appId":"019cd85e-893b-774f-9c83-35b37b7b01ae","enabled":true,"version":1,"products":[{"productId":"019cd85e-893b-774f-beca-78878e00afd5","appsOff":null},{"productId":"019cd85e-893b-774f-9669-ca35755c129a","appsOff":null}],"createdAt":"2026-03-10T15:30:00.123456Z","updatedAt":"2026-03-10T15:30:00.123456Z"}', 'request-1');
INSERT INTO "audit_events" VALUES ('019cd85e-893b-774f-b6f5-bbd60a1e6edb', '019cd85e-893b-774b-bc33-11114a82e93a', '2026-03-10 15:30:00.123456+00:00', 'acme-admin', 'setAppToggles', 'policy', '019cd85e-893b-774b-8739-1fca7ba91bd5', '{"id":"019cd85e-893b-774b-8739-1fca7ba91bd5","name":"Teams","appId":"019cd85e-893b-774f-9c83-35b37b7b01ae","enabled":true,"version":1,"products":[{"productId":"019cd85e-893b-774f-beca-78878e00afd5","appsOff":[]},{"productId":"019cd85e-893b-774f-9669-ca35755c129a","appsOff":[]}],"createdAt":"2026-03-10T15:30:00.123456Z","updatedAt":"2026-03-10T15:30:00.123456Z"}', '{"id":"019cd85e-893b-774b-8739-1fca7ba91bd5","name":"Teams","appId":"019cd85e-893b-774f-9c83-35b37b7b01ae","enabled":true,"version":2,"products":[{"productId":"019cd85e-893b-774f-beca-78878e00afd5","appsOff":["019cd85e-893b-774f-9fc5-ccecabca45e2"]},{"productId":"019cd85e-893b-774f-9669-ca35755c129a","appsOff":[]}],"createdAt":"2026-03-10T15:30:00.123456Z","updatedAt":"2026-03-10T15:30:00.123456Z"}', 'request-1');
INSERT INTO "audit_events" VALUES ('019cd85e-893b-774f-b6f5-bbd60a1e6edb', '019cdd84-e53b-774b-8135-59bc70cdd319', '2026-03-11 15:30:00.123456+00:00', 'acme-admin', 'removeLicense', 'license', '019cd85e-893b-774b-9c7c-8c5a824f6b53', '{"id":"019cd85e-893b-774b-9c7c-8c5a824f6b53","userId":"019cd85e-893b-774b-9daf-9b42062f6ae3","productId":"019cd85e-893b-774f-beca-78878e00afd5","source":"AUTO_CLAIM","policyId":"019cd85e-893b-774b-8739-1fca7ba91bd5","appsOff":["019cd85e-893b-774f-9fc5-ccecabca45e2"],"assignedAt":"2026-03-10T15:30:00.123456Z"}', '{"id":"019cd85e-893b-774b-9c7c-8c5a824f6b53","userId":"019cd85e-893b-774b-9daf-9b42062f6ae3","productId":"019cd85e-893b-774f-beca-78878e00afd5","source":"AUTO_CLAIM","policyId":"019cd85e-893b-774b-8739-1fca7ba91bd5","appsOff":["019cd85e-893b-774f-9fc5-ccecabca45e2"],"assignedAt":"2026-03-10T15:30:00.123456Z","removedAt":"2026-03-11T15:30:00.123456Z"}', 'request-1');
INSERT INTO "audit_events" VALUES ('019cd85e-893b-774f-b6f5-bbd60a1e6edb', '019cdd84-e53b-774b-8159-579172aba15f', '2026-03-11 15:30:00.123456+00:00', 'acme-admin', 'removeLicense', 'user', '019cd85e-893b-774b-9daf-9b42062f6ae3', '{"id":"019cd85e-893b-774b-9daf-9b42062f6ae3","externalId":"ann","displayName":"Ann Änder","email":"ann@example.com","createdAt":"2026-03-10T15:30:00.123456Z"}', '{"id":"019cd85e-893b-774b-9daf-9b42062f6ae3","externalId":"ann","displayName":"Ann Änder","email":"ann@example.com","blockedAt":"2026-03-11T15:30:00.123456Z","createdAt":"2026-03-10T15:30:00.123456Z"}', 'request-1');
INSERT INTO "audit_events" VALUES ('019cd85e-893b-774f-b6f5-bbd60a1e6edb', '019cdd84-e53b-774b-b326-de326d3526bb', '2026-03-11 15:30:00.123456+00:00', 'acme-admin', 'assignLicense', 'license', '019cdd84-e53b-774b-be28-f57a71f67466', NULL, '{"id":"019cdd84-e53b-774b-be28-f57a71f67466","userId":"019cdd84-e53b-774b-b255-6a6633cb5c11","productId":"019cd85e-893b-774f-beca-78878e00afd5","source":"DIRECT","appsOff":null,"assignedAt":"2026-03-11T15:30:00.123456Z"}', 'request-1');
INSERT INTO "audit_events" VALUES ('019cd85e-893b-774f-bc78-bf417128b69f', '019cdd84-e53b-774b-9f7b-aee0dab78a10', '2026-03-11 15:30:00.123456+00:00', 'other-admin', 'createSubscription', 'subscription', '019cdd84-e53b-774b-9f33-0e191e97e9b5', NULL, '{"id":"019cdd84-e53b-774b-9f33-0e191e97e9b5","productId":"019cd85e-893b-774f-a266-1d5e768ba1cd","quantity":3,"status":"ACTIVE","createdAt":"2026-03-11T15:30:00.123456Z","updatedAt":"2026-03-11T15:30:00.123456Z"}', 'request-1');
INSERT INTO "audit_events" VALUES ('019cd85e-893b-774f-bc78-bf417128b69f', '019cdd84-e53b-774b-b46d-e0a47f498fee', '2026-03-11 15:30:00.123456+00:00', 'other-admin', 'createPolicy', 'policy', '019cdd84-e53b-774b-b72a-6e6d60bf8caa', NULL, '{"id":"019cdd84-e53b-774b-b72a-6e6d60bf8caa","name":"Old","appId":"019cd85e-893b-774f-9c83-35b37b7b01ae","enabled":true,"version":1,"products":[{"productId":"019cd85e-893b-774f-a266-1d5e768ba1cd","appsOff":null}],"createdAt":"2026-03-11T15:30:00.123456Z","updatedAt":"2026-03-11T15:30:00.123456Z"}', 'request-1');
INSERT INTO "audit_events" VALUES ('019cd85e-893b-774f-bc78-bf417128b69f', '019cdd84-e53b-774b-b5ce-9d2fd4c8da9a', '2026-03-11 15:30:00.123456+00:00', 'other-admin', 'deletePolicy', 'policy', '019cdd84-e53b-774b-b72a-6e6d60bf8caa', '{"id":"019cdd84-e53b-774b-b72a-6e6d60bf8caa","name":"Old","appId":"019cd85e-893b-774f-9c83-35b37b7b01ae","enabled":true,"version":1,"products":[{"productId":"019cd85e-893b-774f-a266-1d5e768ba1cd","appsOff":[]}],"createdAt":"2026-03-11T15:30:00.123456Z","updatedAt":"2026-03-11T15:30:00.123456Z"}', '{"id":"019cdd84-e53b-774b-b72a-6e6d60bf8caa","name":"Old","appId":"019cd85e-893b-774f-9c83-35b37b7b01ae","enabled":true,"version":2,"products":[{"productId":"019cd85e-893b-774f-a266-1d5e768ba1cd","appsOff":[]}],"createdAt":"2026-03-11T15:30:00.123456Z","updatedAt":"2026-03-11T15:30:00.123456Z","deletedAt":"2026-03-11T15:30:00.123456Z"}', 'request-1');
INSERT INTO "audit_events" VALUES ('019cd85e-893b-774f-bc78-bf417128b69f', '019cdd84-e53b-774b-bb39-e1219e7f76a4', '2026-03-11 15:30:00.123456+00:00', 'other-admin', 'createPolicy', 'policy', '019cdd84-e53b-774b-84d0-926e0bd210e9', NULL, '{"id":"019cdd84-e53b-774b-84d0-926e0bd210e9","name":"New","appId":"019cd85e-893b-774f-9c83-35b37b7b01ae","enabled":true,"version":1,"products":[{"productId":"019cd85e-893b-774f-a266-1d5e768ba1cd","appsOff":null}],"createdAt":"2026-03-11T15:30:00.123456Z","updatedAt":"2026-03-11T15:30:00.123456Z"}', 'request-1');
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
