package app

import (
	"github.com/bodhi-gateway/bodhi/app/gateway"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/key"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/policy"
)

// offered are the models that an organization's keys could ask for without any policy.
func (a *App) offered(o id.Org) []policy.Model {
	return gateway.Models(a.table, o, a.table.Offer(&key.Grant{Chain: org.Chain{Org: o}}))
}
