package db

import (
	"context"
	"time"

	"gorm.io/gorm"

	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/org"
)

type teamRow struct {
	Org        id.Org        `gorm:"column:org_id;primaryKey"`
	ID         id.Team       `gorm:"column:id;primaryKey"`
	Department id.Department `gorm:"column:department_id"`
	Name       string        `gorm:"column:name"`
	CreatedAt  time.Time     `gorm:"column:created_at"`
	ArchivedAt *time.Time    `gorm:"column:archived_at"`
}

// TableName implements gorm's Tabler.
func (teamRow) TableName() string { return "teams" }

func (r teamRow) team() org.Team {
	return org.Team{ID: r.ID, Org: r.Org, Department: r.Department, Name: r.Name, CreatedAt: r.CreatedAt.UTC(), ArchivedAt: fromNull(r.ArchivedAt)}
}

// AddTeam implements org.Store.
func (s *OrgStore) AddTeam(ctx context.Context, t org.Team) error {
	return s.db.scoped(ctx, t.Org, func(tx *gorm.DB) error {
		return taken(tx.Create(&teamRow{t.Org, t.ID, t.Department, t.Name, t.CreatedAt.UTC(), toNull(t.ArchivedAt)}).Error)
	})
}

// Team implements org.Store.
func (s *OrgStore) Team(ctx context.Context, o id.Org, t id.Team) (org.Team, error) {
	var row teamRow
	err := s.db.scoped(ctx, o, func(tx *gorm.DB) error {
		return tx.Where("org_id = ? AND id = ?", o, t).Take(&row).Error
	})
	return row.team(), missing(err, org.MissingTeam)
}

// SetTeam implements org.Store.
func (s *OrgStore) SetTeam(ctx context.Context, t org.Team) error {
	return s.db.scoped(ctx, t.Org, func(tx *gorm.DB) error {
		return taken(tx.Model(&teamRow{}).Where("org_id = ? AND id = ?", t.Org, t.ID).
			Updates(map[string]any{"name": t.Name, "department_id": t.Department, "archived_at": toNull(t.ArchivedAt)}).Error)
	})
}

// Teams implements org.Store.
func (s *OrgStore) Teams(ctx context.Context, o id.Org) ([]org.Team, error) {
	var rows []teamRow
	err := s.db.scoped(ctx, o, func(tx *gorm.DB) error {
		return tx.Where("org_id = ?", o).Order("name, id").Find(&rows).Error
	})
	out := make([]org.Team, 0, len(rows))
	for _, r := range rows {
		out = append(out, r.team())
	}
	return out, err
}

// EmptyTeam implements org.Store.
func (s *OrgStore) EmptyTeam(ctx context.Context, o id.Org, from, to org.Team) error {
	return s.db.scoped(ctx, o, func(tx *gorm.DB) error {
		if err := emptyAccounts(tx, o, from, to); err != nil {
			return err
		}
		err := tx.Model(&keyRow{}).Where("org_id = ? AND team_id = ? AND deleted_at IS NULL", o, from.ID).Update("team_id", to.ID).Error
		if err != nil {
			return err
		}
		if err := tx.Model(&promptRow{}).Where("org_id = ? AND team_id = ?", o, from.ID).Update("team_id", to.ID).Error; err != nil {
			return err
		}
		return emptySeats(tx, o, from.ID, to.ID)
	})
}

// emptySeats takes people over. Somebody in both teams keeps what they are in the second; a lead of the first does not
// become one of the second.
func emptySeats(tx *gorm.DB, o id.Org, from, to id.Team) error {
	var rows []teamMemberRow
	if err := tx.Where("org_id = ? AND team_id IN ?", o, []id.Team{from, to}).Find(&rows).Error; err != nil {
		return err
	}
	there := map[id.Member]bool{}
	for _, r := range rows {
		there[r.Member] = there[r.Member] || r.Team == to
	}
	if err := tx.Where("org_id = ? AND team_id = ?", o, from).Delete(&teamMemberRow{}).Error; err != nil {
		return err
	}
	var fresh []teamMemberRow
	var home []id.Member
	for _, r := range rows {
		switch {
		case r.Team != from:
		case !there[r.Member]:
			if r.Role == string(org.Lead) {
				r.Role = string(org.Developer)
			}
			r.Team = to
			fresh = append(fresh, r)
		case r.Home:
			home = append(home, r.Member)
		}
	}
	if len(fresh) > 0 {
		if err := tx.CreateInBatches(&fresh, 500).Error; err != nil {
			return err
		}
	}
	if len(home) == 0 {
		return nil
	}
	return tx.Model(&teamMemberRow{}).Where("org_id = ? AND team_id = ? AND member_id IN ?", o, to, home).Update("home", true).Error
}

// Contents implements org.Store.
func (s *OrgStore) Contents(ctx context.Context, o id.Org, teams []id.Team) (map[id.Team]org.Contents, error) {
	out := make(map[id.Team]org.Contents, len(teams))
	if len(teams) == 0 {
		return out, nil
	}
	nodes := make([]string, len(teams))
	for i, t := range teams {
		nodes[i] = t.UUID()
	}
	err := s.db.scoped(ctx, o, func(tx *gorm.DB) error {
		seats := func() *gorm.DB { return tx.Table("team_members").Where("org_id = ? AND team_id IN ?", o, teams) }
		for _, count := range []struct {
			q   *gorm.DB
			col string
			put func(*org.Contents, int)
		}{
			{seats(), "team_id", func(c *org.Contents, n int) { c.Members = n }},
			{seats().Where(`NOT EXISTS (SELECT 1 FROM team_members AS o WHERE o.org_id = team_members.org_id AND o.member_id = team_members.member_id
				AND o.team_id <> team_members.team_id)`), "team_id", func(c *org.Contents, n int) { c.Only = n }},
			{tx.Table("keys").Where("org_id = ? AND team_id IN ? AND deleted_at IS NULL", o, teams), "team_id", func(c *org.Contents, n int) { c.Keys = n }},
			{tx.Table("service_accounts").Where("org_id = ? AND team_id IN ? AND archived_at IS NULL", o, teams), "team_id", func(c *org.Contents, n int) { c.Accounts = n }},
			{tx.Table("budgets").Where("org_id = ? AND scope_kind IN ('team', 'pool') AND scope_node IN ?", o, nodes), "scope_node", func(c *org.Contents, n int) { c.Budgets = n }},
			{tx.Table("limits").Where("org_id = ? AND scope_kind IN ('team', 'pool') AND scope_node IN ?", o, nodes), "scope_node", func(c *org.Contents, n int) { c.Limits = n }},
		} {
			var rows []struct {
				Node string `gorm:"column:node"`
				N    int    `gorm:"column:n"`
			}
			if err := count.q.Select(count.col + " AS node, COUNT(*) AS n").Group(count.col).Scan(&rows).Error; err != nil {
				return err
			}
			for _, r := range rows {
				t, err := id.ParseTeam(r.Node)
				if err != nil {
					return err
				}
				c := out[t]
				count.put(&c, r.N)
				out[t] = c
			}
		}
		return nil
	})
	return out, err
}
