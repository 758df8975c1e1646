"""The tables of the peers."""

TABLES = """
create table partner (partner_id text primary key, status text not null, territory text not null);
create table product (sku text primary key, name text not null);
create table stock (warehouse text, sku text, on_hand bigint not null, reserved bigint not null default 0, primary key (warehouse, sku));
create table orders (order_id uuid primary key, source text not null, external_id text not null, partner_id text not null,
  territory text not null, currency text not null, warehouse text not null, placed_on date not null, unique (source, external_id));
create table order_line (order_id uuid, line integer, sku text not null, quantity integer not null, unit_price numeric not null,
  primary key (order_id, line));
create table to_publish (id uuid primary key, type text not null, data jsonb not null, at timestamptz not null default now());
"""
