package org

import "github.com/bodhi-gateway/bodhi/app/id"

// Department groups teams.
type Department struct {
	ID   id.Department
	Org  id.Org
	Name string
}
