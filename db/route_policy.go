package db

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"gorm.io/gorm"

	"github.com/bodhi-gateway/bodhi/app/balance"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/llm"
	"github.com/bodhi-gateway/bodhi/app/route"
)

type routePolicyRow struct {
	OrgID       id.Org    `gorm:"column:org_id;primaryKey"`
	Unsupported string    `gorm:"column:unsupported"`
	Routing     string    `gorm:"column:routing"`
	Version     int64     `gorm:"column:version"`
	UpdatedAt   time.Time `gorm:"column:updated_at;autoUpdateTime:false"`
}

// TableName names the table.
func (routePolicyRow) TableName() string { return "routing_policies" }

func (r routePolicyRow) policy() (route.Policy, error) {
	u, ok := llm.ParseUnsupported(r.Unsupported)
	if !ok {
		return route.Policy{}, fmt.Errorf("routing policy of %s: unknown word %q", r.OrgID, r.Unsupported)
	}
	p := route.Policy{Org: r.OrgID, Unsupported: u, Version: r.Version, UpdatedAt: r.UpdatedAt.UTC()}
	if r.Routing != "" {
		var body policyBody
		if err := json.Unmarshal([]byte(r.Routing), &body); err != nil {
			return route.Policy{}, fmt.Errorf("routing policy of %s: %w", r.OrgID, err)
		}
		p.Rules, p.Holidays, p.Fallback, p.Only, p.Adaptive = body.Rules, body.Holidays, body.Fallback, body.Only, body.Adaptive
	}
	return p, nil
}

// policyBody is the column routing.
type policyBody struct {
	Rules    []route.Rule    `json:"rules,omitempty"`
	Holidays []string        `json:"holidays,omitempty"`
	Fallback *route.Fallback `json:"fallback,omitempty"`
	Only     *route.Only     `json:"only,omitempty"`
	Adaptive *balance.Mix    `json:"adaptive,omitempty"`
}

// Policy implements route.Store.
func (s *AliasStore) Policy(ctx context.Context, o id.Org) (route.Policy, error) {
	var rows []routePolicyRow
	err := s.db.scoped(ctx, o, func(tx *gorm.DB) error {
		return tx.Where("org_id = ?", o).Limit(1).Find(&rows).Error
	})
	if err != nil || len(rows) == 0 {
		return route.Policy{Org: o}, err
	}
	return rows[0].policy()
}

// SetPolicy implements route.Store.
func (s *AliasStore) SetPolicy(ctx context.Context, p route.Policy) error {
	row := routePolicyRow{OrgID: p.Org, Unsupported: p.Unsupported.String(), Version: p.Version, UpdatedAt: p.UpdatedAt.UTC()}
	if !p.Plain() {
		b, err := json.Marshal(policyBody{p.Rules, p.Holidays, p.Fallback, p.Only, p.Adaptive})
		if err != nil {
			return err
		}
		row.Routing = string(b)
	}
	return s.db.scoped(ctx, p.Org, func(tx *gorm.DB) error {
		if p.Version == 1 {
			return policyFault(tx.Create(&row))
		}
		return policyFault(tx.Select("unsupported", "routing", "version", "updated_at").Where("org_id = ? AND version = ?", p.Org, p.Version-1).Updates(&row))
	})
}

// policyFault tells a change that somebody else was first with.
func policyFault(res *gorm.DB) error {
	if errors.Is(res.Error, gorm.ErrDuplicatedKey) || res.Error == nil && res.RowsAffected == 0 {
		return route.ErrChanged
	}
	return res.Error
}

// Policies implements route.Store.
func (s *AliasStore) Policies(ctx context.Context) ([]route.Policy, error) {
	var rows []routePolicyRow
	err := s.db.system(ctx, "compile the route index", func(tx *gorm.DB) error { return tx.Order("org_id").Find(&rows).Error })
	out := make([]route.Policy, len(rows))
	for i := range rows {
		if err == nil {
			out[i], err = rows[i].policy()
		}
	}
	return out, err
}
