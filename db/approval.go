package db

import (
	"cmp"
	"context"
	"errors"
	"time"

	"gorm.io/gorm"

	"github.com/bodhi-gateway/bodhi/app/approval"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/money"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/policy"
)

type approvalRow struct {
	OrgID     id.Org         `gorm:"column:org_id;primaryKey"`
	ID        id.Approval    `gorm:"column:id;primaryKey"`
	KeyID     id.Key         `gorm:"column:key_id"`
	Model     string         `gorm:"column:model"`
	Cost      money.USD      `gorm:"column:cost_nanos"`
	Reason    string         `gorm:"column:reason"`
	Reasons   []string       `gorm:"column:reasons;serializer:json"`
	Lifts     []id.Policy    `gorm:"column:lifts;serializer:json"`
	Targets   []string       `gorm:"column:targets;serializer:json"`
	Amount    money.USD      `gorm:"column:amount_nanos"`
	Times     int64          `gorm:"column:times"`
	Until     time.Time      `gorm:"column:until_at"`
	State     approval.State `gorm:"column:state"`
	AskerID   id.Member      `gorm:"column:asker_id"`
	AskedBy   string         `gorm:"column:asked_by"`
	AskedAt   time.Time      `gorm:"column:asked_at"`
	ExpiresAt time.Time      `gorm:"column:expires_at"`
	DeciderID id.Member      `gorm:"column:decider_id"`
	DecidedBy string         `gorm:"column:decided_by"`
	DecidedAt *time.Time     `gorm:"column:decided_at"`
	Note      string         `gorm:"column:note"`
	Spent     money.USD      `gorm:"column:spent_nanos"`
	Used      int64          `gorm:"column:used"`
}

// TableName names the table.
func (approvalRow) TableName() string { return "approvals" }

func (r approvalRow) approval() approval.Approval {
	return approval.Approval{ID: r.ID, Org: r.OrgID, Key: r.KeyID, Model: r.Model, Cost: r.Cost, Reason: r.Reason, Reasons: r.Reasons, Lifts: r.Lifts, Targets: r.Targets,
		Bounds: approval.Bounds{Until: r.Until.UTC(), Amount: r.Amount, Times: r.Times}, State: r.State, Asker: r.AskerID, AskedBy: r.AskedBy, AskedAt: r.AskedAt.UTC(),
		ExpiresAt: r.ExpiresAt.UTC(), Decider: r.DeciderID, DecidedBy: r.DecidedBy, DecidedAt: fromNull(r.DecidedAt), Note: r.Note, Spent: r.Spent, Used: r.Used}
}

func approvalRowOf(a approval.Approval) approvalRow {
	return approvalRow{OrgID: a.Org, ID: a.ID, KeyID: a.Key, Model: a.Model, Cost: a.Cost, Reason: a.Reason, Reasons: listed(a.Reasons), Lifts: listed(a.Lifts), Targets: listed(a.Targets),
		Amount: a.Amount, Times: a.Times, Until: a.Until.UTC(), State: a.State, AskerID: a.Asker, AskedBy: a.AskedBy, AskedAt: a.AskedAt.UTC(), ExpiresAt: a.ExpiresAt.UTC(),
		DeciderID: a.Decider, DecidedBy: a.DecidedBy, DecidedAt: toNull(a.DecidedAt), Note: a.Note, Spent: a.Spent, Used: a.Used}
}

func (r approvalRow) pass() policy.Pass {
	return policy.Pass{ID: r.ID, Org: r.OrgID, Key: r.KeyID, Asked: r.Model, Targets: r.Targets, Lifts: r.Lifts, Until: r.Until.UTC(), Amount: r.Amount, Times: r.Times, Spent: r.Spent, Used: r.Used}
}

// ApprovalStore keeps what people ask for that policies refuse, and who was called to decide.
type ApprovalStore struct{ db *DB }

// NewApprovalStore makes the store.
func NewApprovalStore(d *DB) *ApprovalStore { return &ApprovalStore{d} }

var _ approval.Store = (*ApprovalStore)(nil)

// Subject implements approval.Store.
func (s *ApprovalStore) Subject(ctx context.Context, o id.Org, k id.Key) (approval.Subject, error) {
	var row struct {
		Name       string
		Department id.Department
		Team       id.Team
		TeamName   string
		Member     id.Member
		Account    string
		Dead       bool
		ExpiresAt  *time.Time
	}
	err := s.db.scoped(ctx, o, func(tx *gorm.DB) error {
		return tx.Table("keys AS k").Select("k.name, t.department_id AS department, k.team_id AS team, t.name AS team_name, k.member_id AS member, k.account, k.expires_at, "+
			"(k.deleted_at IS NOT NULL OR k.disabled_at IS NOT NULL OR "+stopped+") AS dead").
			Joins(stoppers).Where("k.org_id = ? AND k.id = ?", o, k).Take(&row).Error
	})
	if errors.Is(err, gorm.ErrRecordNotFound) {
		err = approval.ErrNotFound
	}
	return approval.Subject{Key: k, Name: row.Name, Chain: org.Chain{Org: o, Department: row.Department, Team: row.Team, Member: row.Member, Key: k},
		Account: row.Account, Team: row.TeamName, Dead: row.Dead, ExpiresAt: fromNull(row.ExpiresAt)}, err
}

// Add implements approval.Store.
func (s *ApprovalStore) Add(ctx context.Context, a approval.Approval, now time.Time) error {
	row := approvalRowOf(a)
	err := s.db.scoped(ctx, a.Org, func(tx *gorm.DB) error {
		err := tx.Model(&approvalRow{}).Where("org_id = ? AND state = ? AND expires_at <= ?", a.Org, approval.Pending, now.UTC()).Update("state", approval.Expired).Error
		return cmp.Or(err, tx.Create(&row).Error)
	})
	if errors.Is(err, gorm.ErrDuplicatedKey) {
		return approval.ErrAsked
	}
	return err
}

// Get implements approval.Store.
func (s *ApprovalStore) Get(ctx context.Context, o id.Org, a id.Approval) (approval.Approval, error) {
	var row approvalRow
	err := s.db.scoped(ctx, o, func(tx *gorm.DB) error { return tx.Where("org_id = ? AND id = ?", o, a).Take(&row).Error })
	if errors.Is(err, gorm.ErrRecordNotFound) {
		err = approval.ErrNotFound
	}
	return row.approval(), err
}

// List implements approval.Store.
func (s *ApprovalStore) List(ctx context.Context, o id.Org, f approval.Filter) ([]approval.Approval, error) {
	var rows []approvalRow
	err := s.db.scoped(ctx, o, func(tx *gorm.DB) error {
		tx = tx.Where("org_id = ?", o)
		if f.Stored != "" {
			tx = tx.Where("state = ?", f.Stored)
		}
		if !f.Asker.IsZero() {
			tx = tx.Where("(asker_id = ? OR key_id IN (SELECT id FROM keys WHERE org_id = ? AND member_id = ?))", f.Asker, o, f.Asker)
		}
		if !f.Ends.IsZero() {
			tx = tx.Where("until_at > ?", f.Ends.UTC())
		}
		return tx.Order("asked_at DESC, id DESC").Limit(500).Find(&rows).Error
	})
	out := make([]approval.Approval, len(rows))
	for i, r := range rows {
		out[i] = r.approval()
	}
	return out, err
}

// Decide implements approval.Store.
func (s *ApprovalStore) Decide(ctx context.Context, a approval.Approval) (bool, error) {
	row := approvalRowOf(a)
	return s.one(ctx, a.Org, func(tx *gorm.DB) *gorm.DB {
		return tx.Model(&approvalRow{}).Where("org_id = ? AND id = ? AND state = ?", a.Org, a.ID, approval.Pending).
			Select("reasons", "lifts", "targets", "amount_nanos", "times", "until_at", "state", "decider_id", "decided_by", "decided_at", "note").Updates(&row)
	})
}

// one runs a statement on a row, and reports whether it changed it.
func (s *ApprovalStore) one(ctx context.Context, o id.Org, do func(tx *gorm.DB) *gorm.DB) (ok bool, err error) {
	err = s.db.scoped(ctx, o, func(tx *gorm.DB) error {
		r := do(tx)
		ok = r.RowsAffected == 1
		return r.Error
	})
	return ok, err
}

// End implements approval.Store.
func (s *ApprovalStore) End(ctx context.Context, o id.Org, a id.Approval, from, to approval.State, by string, at time.Time) (bool, error) {
	return s.one(ctx, o, func(tx *gorm.DB) *gorm.DB {
		return tx.Model(&approvalRow{}).Where("org_id = ? AND id = ? AND state = ?", o, a, from).Updates(map[string]any{"state": to, "decided_by": by, "decided_at": at.UTC()})
	})
}

// Withdraw implements approval.Store.
func (s *ApprovalStore) Withdraw(ctx context.Context, o id.Org, m id.Member, at time.Time) error {
	return s.db.scoped(ctx, o, func(tx *gorm.DB) error {
		return tx.Model(&approvalRow{}).Where("org_id = ? AND asker_id = ? AND state = ?", o, m, approval.Pending).
			Updates(map[string]any{"state": approval.Withdrawn, "expires_at": at.UTC()}).Error
	})
}

// Claim implements approval.Store.
func (s *ApprovalStore) Claim(ctx context.Context, o id.Org, a id.Approval, times int64, amount money.USD, now time.Time) (bool, error) {
	return s.one(ctx, o, func(tx *gorm.DB) *gorm.DB {
		return tx.Model(&approvalRow{}).Where("org_id = ? AND id = ? AND state = ? AND until_at > ?", o, a, approval.Approved, now.UTC()).
			Where("(times = 0 OR used + ? <= times) AND (amount_nanos = 0 OR spent_nanos + ? <= amount_nanos)", times, amount).
			Updates(map[string]any{"used": gorm.Expr("used + ?", times), "spent_nanos": gorm.Expr("spent_nanos + ?", amount)})
	})
}

// Return implements approval.Store.
func (s *ApprovalStore) Return(ctx context.Context, o id.Org, a id.Approval, times int64, amount money.USD) error {
	_, err := s.one(ctx, o, func(tx *gorm.DB) *gorm.DB {
		return tx.Model(&approvalRow{}).Where("org_id = ? AND id = ?", o, a).
			Updates(map[string]any{"used": gorm.Expr("used - ?", times), "spent_nanos": gorm.Expr("spent_nanos - ?", amount)})
	})
	return err
}
