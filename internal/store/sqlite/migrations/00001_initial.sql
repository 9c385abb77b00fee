-- +goose Up

CREATE TABLE catalog_state (
    id      integer NOT NULL PRIMARY KEY CHECK (id = 1),
    version integer NOT NULL
);

CREATE TABLE apps (
    id        text    NOT NULL PRIMARY KEY,
    vendor_id text    NOT NULL UNIQUE,
    code      text    NOT NULL,
    name      text    NOT NULL,
    claimable boolean NOT NULL
);

CREATE TABLE products (
    id        text NOT NULL PRIMARY KEY,
    vendor_id text NOT NULL UNIQUE,
    code      text NOT NULL,
    name      text NOT NULL
);

CREATE TABLE product_apps (
    product_id text NOT NULL REFERENCES products (id),
    app_id     text NOT NULL REFERENCES apps (id),
    PRIMARY KEY (product_id, app_id)
);

CREATE TABLE tenants (
    id                 text     NOT NULL PRIMARY KEY,
    name               text     NOT NULL,
    name_key           text     NOT NULL UNIQUE,
    external_id        text     NOT NULL UNIQUE,
    auto_claim_enabled boolean  NOT NULL,
    config_version     integer  NOT NULL,
    created_at         datetime NOT NULL
);

CREATE TABLE license_pools (
    tenant_id  text    NOT NULL REFERENCES tenants (id),
    product_id text    NOT NULL REFERENCES products (id),
    total      integer NOT NULL CHECK (total >= 0),
    assigned   integer NOT NULL CHECK (assigned >= 0),
    PRIMARY KEY (tenant_id, product_id)
);

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
CREATE INDEX subscriptions_by_product ON subscriptions (tenant_id, product_id);

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
CREATE INDEX users_by_search_key ON users (tenant_id, search_key, id);

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
CREATE UNIQUE INDEX policies_one_live_per_app ON policies (tenant_id, app_id) WHERE deleted_at IS NULL;
CREATE UNIQUE INDEX policies_one_live_per_name ON policies (tenant_id, name_key) WHERE deleted_at IS NULL;

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
CREATE UNIQUE INDEX licenses_one_active_per_user ON licenses (tenant_id, user_id, product_id) WHERE removed_at IS NULL;
CREATE INDEX licenses_by_user ON licenses (tenant_id, user_id, id);
CREATE INDEX licenses_by_product ON licenses (tenant_id, product_id, id);
CREATE INDEX licenses_by_policy ON licenses (tenant_id, policy_id, id) WHERE policy_id IS NOT NULL;

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
CREATE INDEX claims_by_time ON claims (tenant_id, claimed_at, id);
CREATE INDEX claims_by_policy ON claims (tenant_id, policy_id, claimed_at, id);

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
CREATE INDEX missed_claims_by_time ON missed_claims (tenant_id, last_at, id);

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

INSERT INTO catalog_state (id, version) VALUES (1, 1);
