package db

import (
	"context"
	"time"

	"gorm.io/gorm"

	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/prompt"
)

type promptRow struct {
	OrgID      id.Org    `gorm:"column:org_id;primaryKey"`
	ID         id.Prompt `gorm:"column:id;primaryKey"`
	Name       string    `gorm:"column:name"`
	Kind       string    `gorm:"column:kind"`
	About      string    `gorm:"column:about"`
	Folder     string    `gorm:"column:folder"`
	Visibility string    `gorm:"column:visibility"`
	TeamID     id.Team   `gorm:"column:team_id"`
	OwnerID    id.Member `gorm:"column:owner_id"`
	OwnerLabel string    `gorm:"column:owner_label"`
	Highest    int       `gorm:"column:highest"`
	CreatedAt  time.Time `gorm:"column:created_at;autoCreateTime:false"`
	UpdatedAt  time.Time `gorm:"column:updated_at;autoUpdateTime:false"`
}

// TableName names the table.
func (promptRow) TableName() string { return "prompts" }

func (r *promptRow) prompt() prompt.Prompt {
	return prompt.Prompt{ID: r.ID, Org: r.OrgID, Name: r.Name, Kind: prompt.Kind(r.Kind), About: r.About, Folder: r.Folder, Visibility: prompt.Visibility(r.Visibility), Team: r.TeamID,
		Owner: r.OwnerID, OwnerLabel: r.OwnerLabel, Highest: r.Highest, CreatedAt: r.CreatedAt.UTC(), UpdatedAt: r.UpdatedAt.UTC()}
}

func promptRowOf(p prompt.Prompt) promptRow {
	return promptRow{OrgID: p.Org, ID: p.ID, Name: p.Name, Kind: string(p.Kind), About: p.About, Folder: p.Folder, Visibility: string(p.Visibility), TeamID: p.Team,
		OwnerID: p.Owner, OwnerLabel: p.OwnerLabel, Highest: p.Highest, CreatedAt: p.CreatedAt, UpdatedAt: p.UpdatedAt}
}

type promptVersionRow struct {
	OrgID    id.Org    `gorm:"column:org_id;primaryKey"`
	PromptID id.Prompt `gorm:"column:prompt_id;primaryKey"`
	Number   int       `gorm:"column:number;primaryKey;autoIncrement:false"`
	Content  string    `gorm:"column:content"` // "" where it is sealed
	Sealed   []byte    `gorm:"column:sealed"`
	Message  string    `gorm:"column:message"`
	Size     int64     `gorm:"column:size"`
	By       string    `gorm:"column:made_by"`
	At       time.Time `gorm:"column:made_at"`
}

// TableName names the table.
func (promptVersionRow) TableName() string { return "prompt_versions" }

type promptLabelRow struct {
	OrgID     id.Org    `gorm:"column:org_id;primaryKey"`
	PromptID  id.Prompt `gorm:"column:prompt_id;primaryKey"`
	Name      string    `gorm:"column:name;primaryKey"`
	Number    int       `gorm:"column:number"`
	Protected bool      `gorm:"column:protected"`
	By        string    `gorm:"column:set_by"`
	At        time.Time `gorm:"column:set_at"`
}

// TableName names the table.
func (promptLabelRow) TableName() string { return "prompt_labels" }

// PromptStore keeps the prompt library.
type PromptStore struct {
	db    *DB
	vault prompt.Vault
}

// NewPromptStore makes the store.
func NewPromptStore(d *DB, v prompt.Vault) *PromptStore { return &PromptStore{d, v} }

var _ prompt.Store = (*PromptStore)(nil)

// Lock implements prompt.Store.
func (s *PromptStore) Lock(ctx context.Context, o id.Org) error {
	return (&OrgStore{s.db}).Hold(ctx, o)
}

// HasTeam implements prompt.Store.
func (s *PromptStore) HasTeam(ctx context.Context, o id.Org, t id.Team) (there bool, err error) {
	err = s.db.scoped(ctx, o, func(tx *gorm.DB) error {
		var n int64
		err := tx.Model(&teamRow{}).Where("org_id = ? AND id = ?", o, t).Count(&n).Error
		there = n > 0
		return err
	})
	return there, err
}
