package app

import (
	"github.com/bodhi-gateway/bodhi/app/scim"
	"github.com/bodhi-gateway/bodhi/db"
)

// newDirectory is what companies' directories provision people through.
func (c *core) newDirectory() (*scim.Service, error) {
	mac, err := c.master.MAC(scim.TokenPurpose)
	if err != nil {
		return nil, err
	}
	return scim.New(scim.Parts{Store: db.NewSCIMStore(c.db), Orgs: c.orgs, People: c.people, Tx: c.db, Audit: c.audit, Bus: c.bus, Clock: c.clock, IDs: c.ids,
		MAC: mac, Log: c.log}), nil
}
