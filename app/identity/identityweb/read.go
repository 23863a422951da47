package identityweb

import (
	"strings"
	"time"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/web"
)

// departmentOf reads an optional department; what is no id is answered like one that is unknown.
func departmentOf(text string) (id.Department, error) {
	if text = strings.TrimSpace(text); text == "" {
		return id.Department{}, nil
	}
	d, err := id.ParseDepartment(text)
	if err != nil {
		return d, org.MissingDepartment()
	}
	return d, nil
}

func departmentText(d id.Department) string {
	if d.IsZero() {
		return ""
	}
	return d.String()
}

// teamOf reads a team; what is no id is answered like one that is unknown.
func teamOf(field, text string) (id.Team, error) {
	if text = strings.TrimSpace(text); text == "" {
		return id.Team{}, fault.Field(field, "Choose a team.")
	}
	t, err := id.ParseTeam(text)
	if err != nil {
		return t, org.MissingTeam()
	}
	return t, nil
}

// moment is a time in JSON; none is left out.
func moment(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

func memberID(c *web.Context) (id.Member, error) {
	return web.Param(c, "id", id.ParseMember, error(org.MissingMember()))
}

func teamID(c *web.Context) (id.Team, error) {
	return web.Param(c, "id", id.ParseTeam, error(org.MissingTeam()))
}

func departmentID(c *web.Context) (id.Department, error) {
	return web.Param(c, "id", id.ParseDepartment, error(org.MissingDepartment()))
}

func accountID(c *web.Context) (id.Account, error) {
	return web.Param(c, "id", id.ParseAccount, error(org.MissingAccount()))
}
