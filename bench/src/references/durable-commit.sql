-- The least that can be durable: one row of one column, no index, one statement that is its own transaction.
create schema durable;

create table durable.row (n bigint not null);

-- name: commit
insert into durable.row (n) values ($1);
