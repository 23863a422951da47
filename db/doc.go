// Package db keeps everything that must survive a restart: SQLite by default, PostgreSQL for production, the same
// schema and the same stores on both (decision D15).
//
// The core is open.go (two databases behind one type), tx.go (transactions and the three ways to a handle), guard.go
// (the statement guard between tenants), migrate.go (numbered SQL migrations), notify.go (what changed, told to every
// node). Each room's store is one file named after the room; its rows are unexported structs mapped by hand.
//
// There is no way to a database handle but Do, scoped and system. A store says which organization it works for, and
// three walls hold it to that: its own WHERE clause, the guard, and row-level security on PostgreSQL (decision D16).
// GORM is imported here and nowhere else.
package db
