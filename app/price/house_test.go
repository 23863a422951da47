package price_test

import (
	"log/slog"
	"testing"

	"github.com/bodhi-gateway/bodhi/app/catalog"
	"github.com/bodhi-gateway/bodhi/app/egress"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/price"
	"github.com/bodhi-gateway/bodhi/app/provider"
	"github.com/bodhi-gateway/bodhi/app/route"
	"github.com/bodhi-gateway/bodhi/app/secret"
	"github.com/bodhi-gateway/bodhi/app/web/webtest"
	"github.com/bodhi-gateway/bodhi/db"
)

// scene is a tenant with a connection, its prices and the table that quotes them.
type scene struct {
	*webtest.House
	acme       webtest.Tenant
	admin      org.Actor
	prices     *price.Service
	store      *db.PriceStore
	table      *price.Table
	connection provider.ConnectionRecord
}

func newScene(t *testing.T, d *db.DB) *scene {
	t.Helper()
	h := webtest.NewHouse(t, d)
	h.Passwordless = true
	log := slog.New(slog.DiscardHandler)
	connections := db.NewConnectionStore(d)
	shelf := price.NewShelf(catalog.BuiltIn())
	s := &scene{House: h, acme: h.Found(t, "Acme"), store: db.NewPriceStore(d), table: price.NewTable(shelf)}
	s.admin = s.acme.Actor(org.Admin)
	s.prices = price.New(price.Parts{Store: s.store, Connections: connections, Shelf: shelf, Tx: d, Audit: h.Audit, Bus: h.Bus, IDs: h.IDs, Clock: h.Clock, Log: log})
	aliases := route.New(route.Parts{Store: db.NewAliasStore(d), Connections: connections, Tx: d, Audit: h.Audit, Bus: h.Bus, IDs: h.IDs, Clock: h.Clock, Log: log})
	accounts := provider.New(provider.Parts{Store: connections, Tx: d, Audit: h.Audit, Bus: h.Bus, Vault: h.Keyring, URLs: egress.New(egress.Config{}),
		Aliases: aliases, IDs: h.IDs, Clock: h.Clock, Log: log})
	var err error
	s.connection, err = accounts.Create(t.Context(), s.admin, provider.Input{Name: "eu", Kind: provider.OpenAI, Credential: secret.New("sk-test-0123456789")})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// load is what the mirror does.
func (s *scene) load(t *testing.T) {
	t.Helper()
	all, err := s.store.All(t.Context(), s.Clock.Now())
	if err == nil {
		err = s.table.Load(all)
	}
	if err != nil {
		t.Fatal(err)
	}
}
