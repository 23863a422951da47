package db

import (
	"context"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/bodhi-gateway/bodhi/app/health"
	"github.com/bodhi-gateway/bodhi/app/id"
)

// breakerRuleRow is a setting. ConnectionID is a plain uuid, all zeros for the organization's own, as it is part of the key.
type breakerRuleRow struct {
	OrgID        id.Org `gorm:"column:org_id;primaryKey"`
	ConnectionID string `gorm:"column:connection_id;primaryKey"`
	Window       int64  `gorm:"column:window_ms"`
	Failures     int    `gorm:"column:failures"`
	Share        int    `gorm:"column:share"`
	Row          int    `gorm:"column:in_a_row"`
	CoolDown     int64  `gorm:"column:cool_down_ms"`
	MaxCoolDown  int64  `gorm:"column:max_cool_down_ms"`
	Successes    int    `gorm:"column:successes"`
	Check        int64  `gorm:"column:check_ms"`
	Ask          string `gorm:"column:ask"`
}

// TableName names the table.
func (breakerRuleRow) TableName() string { return "breaker_rules" }

func ruleSettings(rows []breakerRuleRow) []health.Setting {
	ms := func(n int64) time.Duration { return time.Duration(n) * time.Millisecond }
	out := make([]health.Setting, 0, len(rows))
	for _, r := range rows {
		c, err := id.ParseConnection(r.ConnectionID)
		if err != nil {
			continue // the column holds uuids only
		}
		out = append(out, health.Setting{Org: r.OrgID, Connection: c, Check: ms(r.Check), Ask: r.Ask, Rules: health.Rules{Window: ms(r.Window), Failures: r.Failures, Percent: r.Share, Row: r.Row,
			CoolDown: ms(r.CoolDown), MaxCoolDown: ms(r.MaxCoolDown), Successes: r.Successes}})
	}
	return out
}

// Settings implements health.Store.
func (s *HealthStore) Settings(ctx context.Context, o id.Org) ([]health.Setting, error) {
	var rows []breakerRuleRow
	err := s.db.scoped(ctx, o, func(tx *gorm.DB) error { return tx.Where("org_id = ?", o).Find(&rows).Error })
	return ruleSettings(rows), err
}

// AllSettings implements health.Store.
func (s *HealthStore) AllSettings(ctx context.Context) ([]health.Setting, error) {
	var rows []breakerRuleRow
	err := s.db.system(ctx, "compile rules of breakers", func(tx *gorm.DB) error { return tx.Order("org_id, connection_id").Find(&rows).Error })
	return ruleSettings(rows), err
}

// SetRules implements health.Store.
func (s *HealthStore) SetRules(ctx context.Context, x health.Setting) error {
	r := x.Rules
	row := breakerRuleRow{OrgID: x.Org, ConnectionID: x.Connection.UUID(), Window: r.Window.Milliseconds(), Failures: r.Failures, Share: r.Percent, Row: r.Row,
		CoolDown: r.CoolDown.Milliseconds(), MaxCoolDown: r.MaxCoolDown.Milliseconds(), Successes: r.Successes, Check: x.Check.Milliseconds(), Ask: x.Ask}
	return s.db.scoped(ctx, x.Org, func(tx *gorm.DB) error {
		return tx.Clauses(clause.OnConflict{Columns: []clause.Column{{Name: "org_id"}, {Name: "connection_id"}}, DoUpdates: clause.AssignmentColumns([]string{
			"window_ms", "failures", "share", "in_a_row", "cool_down_ms", "max_cool_down_ms", "successes", "check_ms", "ask"})}).Create(&row).Error
	})
}

// RemoveRules implements health.Store.
func (s *HealthStore) RemoveRules(ctx context.Context, o id.Org, c id.Connection) (found bool, err error) {
	err = s.db.scoped(ctx, o, func(tx *gorm.DB) error {
		res := tx.Where("org_id = ? AND connection_id = ?", o, c.UUID()).Delete(&breakerRuleRow{})
		found = res.RowsAffected > 0
		return res.Error
	})
	return found, err
}

// healthCheckRow is whose turn it is to look at a connection, and what the last look found.
type healthCheckRow struct {
	OrgID        id.Org        `gorm:"column:org_id;primaryKey"`
	ConnectionID id.Connection `gorm:"column:connection_id;primaryKey"`
	Node         string        `gorm:"column:node"`
	Until        time.Time     `gorm:"column:until"`
	At           *time.Time    `gorm:"column:at"`
	Outcome      string        `gorm:"column:outcome"`
	Note         string        `gorm:"column:note"`
	TookMS       int64         `gorm:"column:took_ms"`
}

// TableName names the table.
func (healthCheckRow) TableName() string { return "health_checks" }

var _ health.Turns = (*HealthStore)(nil)

// Claim implements health.Turns. One statement: of two nodes that claim at once, one changes the row.
func (s *HealthStore) Claim(ctx context.Context, o id.Org, c id.Connection, node string, now, until time.Time) (got bool, err error) {
	row := healthCheckRow{OrgID: o, ConnectionID: c, Node: node, Until: until.UTC()}
	err = s.db.scoped(ctx, o, func(tx *gorm.DB) error {
		res := tx.Clauses(clause.OnConflict{Columns: []clause.Column{{Name: "org_id"}, {Name: "connection_id"}}, DoUpdates: clause.AssignmentColumns([]string{"node", "until"}),
			Where: clause.Where{Exprs: []clause.Expression{clause.Expr{SQL: "health_checks.node = ? OR health_checks.until < ?", Vars: []any{node, now.UTC()}}}}}).Create(&row)
		got = res.RowsAffected > 0
		return res.Error
	})
	return got, err
}

// Found implements health.Turns.
func (s *HealthStore) Found(ctx context.Context, o id.Org, c health.Check) error {
	return s.db.scoped(ctx, o, func(tx *gorm.DB) error {
		note := c.Note
		clean(&note)
		return tx.Model(&healthCheckRow{}).Where("org_id = ? AND connection_id = ?", o, c.Connection).
			Updates(map[string]any{"node": c.Node, "at": c.At.UTC(), "outcome": c.Outcome.String(), "note": note, "took_ms": c.Took.Milliseconds()}).Error
	})
}

// Checks implements health.Store.
func (s *HealthStore) Checks(ctx context.Context, o id.Org) ([]health.Check, error) {
	var rows []healthCheckRow
	err := s.db.scoped(ctx, o, func(tx *gorm.DB) error { return tx.Where("org_id = ? AND at IS NOT NULL", o).Find(&rows).Error })
	out := make([]health.Check, len(rows))
	for i, r := range rows {
		out[i] = health.Check{Connection: r.ConnectionID, Node: r.Node, At: r.At.UTC(), Outcome: health.ParseOutcome(r.Outcome), Note: r.Note, Took: time.Duration(r.TookMS) * time.Millisecond}
	}
	return out, err
}
