package db

import (
	"context"
	"encoding/json"
	"strings"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/bodhi-gateway/bodhi/app/budget"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/pii"
	"github.com/bodhi-gateway/bodhi/app/report"
)

type incidentRow struct {
	OrgID        id.Org        `gorm:"column:org_id;primaryKey"`
	ID           id.Finding    `gorm:"column:id;primaryKey"`
	RequestID    id.Request    `gorm:"column:request_id"`
	At           time.Time     `gorm:"column:at"`
	DepartmentID id.Department `gorm:"column:department_id"`
	TeamID       id.Team       `gorm:"column:team_id"`
	MemberID     id.Member     `gorm:"column:member_id"`
	KeyID        id.Key        `gorm:"column:key_id"`
	Action       string        `gorm:"column:action"`
	Found        []pii.Found   `gorm:"column:found;serializer:json"`
	Detectors    string        `gorm:"column:detectors"` // ",card,email,": the built-in ones, for the filter
}

// TableName names the table.
func (incidentRow) TableName() string { return "data_incidents" }

const incidentsAtOnce = 200

// addIncidents writes what data rules found in a batch's requests, in the transaction of their facts. Most batches have none.
func addIncidents(tx *gorm.DB, b budget.Batch) error {
	var rows []incidentRow
	for i := range b.Requests {
		q := &b.Requests[i]
		if q.Screened.Incident.IsZero() {
			continue
		}
		row := incidentRow{OrgID: q.Chain.Org, ID: q.Screened.Incident, RequestID: q.ID, At: q.At.UTC(), DepartmentID: q.Chain.Department, TeamID: q.Chain.Team,
			MemberID: q.Chain.Member, KeyID: q.Chain.Key, Action: q.Screened.Action, Found: []pii.Found{}, Detectors: ","}
		if err := json.Unmarshal([]byte(q.Screened.Found), &row.Found); err != nil {
			row.Found = []pii.Found{} // of another version of us: that something was found is worth more than what
		}
		for i := range row.Found {
			if clean(&row.Found[i].Detector); !row.Found[i].Own && !strings.Contains(row.Detectors, ","+row.Found[i].Detector+",") {
				row.Detectors += row.Found[i].Detector + ","
			}
		}
		rows = append(rows, row)
	}
	if len(rows) == 0 {
		return nil
	}
	return tx.Clauses(clause.OnConflict{DoNothing: true}).CreateInBatches(&rows, incidentsAtOnce).Error
}

// incidentFact is an incident with the names of who it was.
type incidentFact struct {
	Fact       incidentRow `gorm:"embedded"`
	KeyName    *string     `gorm:"column:key_name"`
	MemberName *string     `gorm:"column:member_name"`
	TeamName   *string     `gorm:"column:team_name"`
}

func (f incidentFact) incident() pii.Incident {
	r := f.Fact
	a, _ := pii.ParseAction(r.Action)
	return pii.Incident{ID: r.ID, Request: r.RequestID, At: r.At.UTC(), Chain: org.Chain{Org: r.OrgID, Department: r.DepartmentID, Team: r.TeamID, Member: r.MemberID, Key: r.KeyID},
		Action: a, Found: r.Found, Key: orEmpty(f.KeyName), Member: orEmpty(f.MemberName), Team: orEmpty(f.TeamName)}
}

// incidents begins a query on incidents within reach, with the names of who they were.
func incidents(tx *gorm.DB, r pii.Reach) *gorm.DB {
	return within(tx.Table("data_incidents").
		Select(selected(tx, "data_incidents", &incidentRow{})+", keys.name AS key_name, members.name AS member_name, teams.name AS team_name").
		Joins("LEFT JOIN keys ON keys.org_id = data_incidents.org_id AND keys.id = data_incidents.key_id").
		Joins("LEFT JOIN members ON members.org_id = data_incidents.org_id AND members.id = data_incidents.member_id").
		Joins("LEFT JOIN teams ON teams.org_id = data_incidents.org_id AND teams.id = data_incidents.team_id"), "data_incidents",
		report.Reach{Org: r.Org, All: r.All, Teams: r.Teams, Member: r.Member})
}

// Incidents implements pii.Store.
func (s *PIIStore) Incidents(ctx context.Context, r pii.Reach, q pii.Query) ([]pii.Incident, error) {
	var rows []incidentFact
	err := s.db.scoped(ctx, r.Org, func(tx *gorm.DB) error {
		tx = incidents(tx, r)
		if !q.From.IsZero() {
			tx = tx.Where("data_incidents.at >= ?", q.From.UTC())
		}
		if q.Action > pii.Off {
			tx = tx.Where("data_incidents.action = ?", q.Action.String())
		}
		if q.Detector != "" {
			tx = tx.Where("data_incidents.detectors LIKE ?", "%,"+q.Detector+",%")
		}
		if !q.Team.IsZero() {
			tx = tx.Where("data_incidents.team_id = ?", q.Team)
		}
		if !q.Before.IsZero() {
			tx = tx.Where("data_incidents.id < ?", q.Before)
		}
		return tx.Order("data_incidents.id DESC").Limit(q.Limit).Find(&rows).Error
	})
	out := make([]pii.Incident, len(rows))
	for i, row := range rows {
		out[i] = row.incident()
	}
	return out, err
}

// Incident implements pii.Store.
func (s *PIIStore) Incident(ctx context.Context, r pii.Reach, i id.Finding) (pii.Incident, error) {
	var rows []incidentFact
	err := s.db.scoped(ctx, r.Org, func(tx *gorm.DB) error {
		return incidents(tx, r).Where("data_incidents.id = ?", i).Limit(1).Find(&rows).Error
	})
	if err == nil && len(rows) == 0 {
		err = pii.ErrNotFound
	}
	if err != nil {
		return pii.Incident{}, err
	}
	return rows[0].incident(), nil
}
