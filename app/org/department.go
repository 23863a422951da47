package org

import (
	"time"

	"github.com/bodhi-gateway/bodhi/app/id"
)

// Department groups teams and is a workspace: below organization admin, nobody of one sees into another.
type Department struct {
	ID        id.Department
	Org       id.Org
	Name      string
	CreatedAt time.Time
	// ArchivedAt is when it was put away; zero = in use.
	ArchivedAt time.Time
}

// Account is a service account: something that is no person and that keys act as. It belongs to a team.
type Account struct {
	ID         id.Account
	Org        id.Org
	Team       id.Team
	Name       string // unique within the team
	CreatedAt  time.Time
	ArchivedAt time.Time // zero = in use
}
