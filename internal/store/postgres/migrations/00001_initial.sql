-- +goose Up

CREATE TABLE catalog_state (
    id      smallint PRIMARY KEY CHECK (id = 1),
    version bigint   NOT NULL
);

CREATE TABLE apps (
    id        uuid    PRIMARY KEY,
    vendor_id uuid    NOT NULL UNIQUE,
    code      text    NOT NULL,
    name      text    NOT NULL,
    claimable boolean NOT NULL
);

CREATE TABLE products (
    id        uuid PRIMARY KEY,
    vendor_id uuid NOT NULL UNIQUE,
    code      text NOT NULL,
    name      text NOT NULL
);

CREATE TABLE product_apps (
    product_id uuid NOT NULL REFERENCES products,
    app_id     uuid NOT NULL REFERENCES apps,
    PRIMARY KEY (product_id, app_id)
);

CREATE TABLE tenants (
    id                 uuid        PRIMARY KEY,
    name               text        NOT NULL,
    name_key           text        COLLATE "C" NOT NULL UNIQUE,
    external_id        text        NOT NULL UNIQUE,
    auto_claim_enabled boolean     NOT NULL,
    config_version     bigint      NOT NULL,
    created_at         timestamptz NOT NULL
);

CREATE TABLE license_pools (
    tenant_id  uuid    NOT NULL REFERENCES tenants,
    product_id uuid    NOT NULL REFERENCES products,
    total      bigint  NOT NULL CHECK (total >= 0),
    assigned   bigint  NOT NULL CHECK (assigned >= 0),
    PRIMARY KEY (tenant_id, product_id)
) WITH (fillfactor = 50);

CREATE TABLE subscriptions (
    tenant_id  uuid        NOT NULL,
    id         uuid        NOT NULL,
    product_id uuid        NOT NULL,
    quantity   bigint      NOT NULL CHECK (quantity > 0),
    status     text        NOT NULL CHECK (status IN ('ACTIVE', 'WARNING', 'SUSPENDED', 'CANCELED')),
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, product_id) REFERENCES license_pools
);
CREATE INDEX subscriptions_by_product ON subscriptions (tenant_id, product_id);

CREATE TABLE users (
    tenant_id       uuid        NOT NULL REFERENCES tenants,
    id              uuid        NOT NULL,
    external_id     text        NOT NULL,
    display_name    text        NOT NULL,
    email           text        NOT NULL,
    search_key      text        COLLATE "C" NOT NULL,
    blocked_at      timestamptz,
    last_sign_in_at timestamptz,
    created_at      timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, external_id)
);
CREATE INDEX users_by_search_key ON users (tenant_id, search_key, id);

CREATE TABLE policies (
    tenant_id  uuid        NOT NULL REFERENCES tenants,
    id         uuid        NOT NULL,
    name       text        NOT NULL,
    name_key   text        COLLATE "C" NOT NULL,
    app_id     uuid        NOT NULL REFERENCES apps,
    enabled    boolean     NOT NULL,
    version    bigint      NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    deleted_at timestamptz,
    PRIMARY KEY (tenant_id, id)
);
CREATE UNIQUE INDEX policies_one_live_per_app ON policies (tenant_id, app_id) WHERE deleted_at IS NULL;
CREATE UNIQUE INDEX policies_one_live_per_name ON policies (tenant_id, name_key) WHERE deleted_at IS NULL;

CREATE TABLE policy_products (
    tenant_id  uuid     NOT NULL,
    policy_id  uuid     NOT NULL,
    position   smallint NOT NULL CHECK (position BETWEEN 0 AND 4),
    product_id uuid     NOT NULL,
    apps_off   jsonb    NOT NULL,
    PRIMARY KEY (tenant_id, policy_id, position),
    UNIQUE (tenant_id, policy_id, product_id),
    FOREIGN KEY (tenant_id, policy_id) REFERENCES policies,
    FOREIGN KEY (tenant_id, product_id) REFERENCES license_pools
);

CREATE TABLE licenses (
    tenant_id   uuid        NOT NULL,
    id          uuid        NOT NULL,
    user_id     uuid        NOT NULL,
    product_id  uuid        NOT NULL,
    source      text        NOT NULL CHECK (source IN ('DIRECT', 'AUTO_CLAIM')),
    policy_id   uuid,
    apps_off    jsonb       NOT NULL,
    assigned_at timestamptz NOT NULL,
    removed_at  timestamptz,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, user_id) REFERENCES users,
    FOREIGN KEY (tenant_id, product_id) REFERENCES license_pools,
    FOREIGN KEY (tenant_id, policy_id) REFERENCES policies,
    CHECK ((source = 'AUTO_CLAIM') = (policy_id IS NOT NULL))
);
CREATE UNIQUE INDEX licenses_one_active_per_user ON licenses (tenant_id, user_id, product_id) WHERE removed_at IS NULL;
CREATE INDEX licenses_by_user ON licenses (tenant_id, user_id, id);
CREATE INDEX licenses_by_product ON licenses (tenant_id, product_id, id);
CREATE INDEX licenses_by_policy ON licenses (tenant_id, policy_id, id) WHERE policy_id IS NOT NULL;

CREATE TABLE claims (
    tenant_id  uuid        NOT NULL,
    id         uuid        NOT NULL,
    user_id    uuid        NOT NULL,
    policy_id  uuid        NOT NULL,
    app_id     uuid        NOT NULL REFERENCES apps,
    product_id uuid        NOT NULL,
    license_id uuid        NOT NULL,
    position   smallint    NOT NULL CHECK (position BETWEEN 0 AND 4),
    claimed_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, license_id),
    FOREIGN KEY (tenant_id, user_id) REFERENCES users,
    FOREIGN KEY (tenant_id, policy_id) REFERENCES policies,
    FOREIGN KEY (tenant_id, product_id) REFERENCES license_pools,
    FOREIGN KEY (tenant_id, license_id) REFERENCES licenses
);
CREATE INDEX claims_by_time ON claims (tenant_id, claimed_at, id);
CREATE INDEX claims_by_policy ON claims (tenant_id, policy_id, claimed_at, id);

CREATE TABLE claim_days (
    tenant_id  uuid   NOT NULL,
    day        date   NOT NULL,
    policy_id  uuid   NOT NULL,
    product_id uuid   NOT NULL,
    claims     bigint NOT NULL CHECK (claims > 0),
    PRIMARY KEY (tenant_id, day, policy_id, product_id),
    FOREIGN KEY (tenant_id, policy_id) REFERENCES policies,
    FOREIGN KEY (tenant_id, product_id) REFERENCES license_pools
) WITH (fillfactor = 50);

CREATE TABLE missed_claims (
    tenant_id uuid        NOT NULL,
    id        uuid        NOT NULL,
    policy_id uuid        NOT NULL,
    user_id   uuid        NOT NULL,
    first_at  timestamptz NOT NULL,
    last_at   timestamptz NOT NULL,
    count     bigint      NOT NULL CHECK (count > 0),
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, policy_id, user_id),
    FOREIGN KEY (tenant_id, policy_id) REFERENCES policies,
    FOREIGN KEY (tenant_id, user_id) REFERENCES users
);
CREATE INDEX missed_claims_by_time ON missed_claims (tenant_id, last_at, id);

CREATE TABLE audit_events (
    tenant_id   uuid        NOT NULL REFERENCES tenants,
    id          uuid        NOT NULL,
    at          timestamptz NOT NULL,
    actor       text        NOT NULL,
    action      text        NOT NULL,
    object_kind text        NOT NULL,
    object_id   uuid        NOT NULL,
    before      json,
    after       json,
    request_id  text        NOT NULL,
    PRIMARY KEY (tenant_id, id)
);

INSERT INTO catalog_state (id, version) VALUES (1, 1);
