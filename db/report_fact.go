package db

import (
	"time"

	"gorm.io/gorm"

	"github.com/bodhi-gateway/bodhi/app/ledger"
	"github.com/bodhi-gateway/bodhi/app/llm"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/report"
)

// requestFact is a request with the names of who made it.
type requestFact struct {
	Fact       requestRow `gorm:"embedded"`
	KeyName    *string    `gorm:"column:key_name"`
	MemberName *string    `gorm:"column:member_name"`
	TeamName   *string    `gorm:"column:team_name"`
}

func micros(n int64) time.Duration { return time.Duration(n) * time.Microsecond }

func orEmpty(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

func (f requestFact) request() report.Request {
	r := f.Fact
	var refusal ledger.Refusal
	if r.Refusal != nil {
		refusal = *r.Refusal
	}
	return report.Request{
		Key: orEmpty(f.KeyName), Member: orEmpty(f.MemberName), Team: orEmpty(f.TeamName),
		Request: ledger.Request{
			ID: r.ID, At: r.At.UTC(),
			Chain:  org.Chain{Org: r.OrgID, Department: r.DepartmentID, Team: r.TeamID, Member: r.MemberID, Key: r.KeyID},
			Family: r.Family, Endpoint: r.Endpoint, Stream: r.Stream,
			Asked: r.Asked, Model: r.Model, Provider: r.Provider, Route: r.Route,
			Client: r.Client, Tags: r.Tags, EndUser: r.EndUser, Session: r.Session, Cache: r.Cache,
			Attempts: r.Attempts, Status: r.Status, Code: r.Code, Message: r.Message,
			Usage: llm.Usage{Input: r.Input, CacheRead: r.Cached, Output: r.Output, Reasoning: r.Reasoning},
			Cost:  r.Cost, Decisions: r.Decisions, Refusal: refusal,
			FirstByte: micros(r.FirstByte), Duration: micros(r.DurationUS), Overhead: micros(r.OverheadUS),
		},
	}
}

// facts begins a query on requests with the names of who made them.
func facts(tx *gorm.DB, r report.Reach) *gorm.DB {
	return within(tx.Table("requests").
		Select(selected(tx, "requests", &requestRow{})+", keys.name AS key_name, members.name AS member_name, teams.name AS team_name").
		Joins("LEFT JOIN keys ON keys.org_id = requests.org_id AND keys.id = requests.key_id").
		Joins("LEFT JOIN members ON members.org_id = requests.org_id AND members.id = requests.member_id").
		Joins("LEFT JOIN teams ON teams.org_id = requests.org_id AND teams.id = requests.team_id"), "requests", r)
}

func (r attemptRow) attempt() report.Attempt {
	used := llm.Usage{Input: r.Input, CacheRead: r.Cached, Output: r.Output, Reasoning: r.Reasoning}
	if r.Usage != nil {
		used = *r.Usage
	}
	return report.Attempt{
		Attempt: ledger.Attempt{
			ID: r.ID, Request: r.RequestID, Number: r.Number, At: r.At.UTC(), Held: ledger.Amounts{Money: r.Held, Tokens: r.HeldTokens}, Tags: r.Tags,
			Chain:      org.Chain{Org: r.OrgID, Department: r.DepartmentID, Team: r.TeamID, Member: r.MemberID, Key: r.KeyID},
			Connection: r.ConnectionID, Provider: r.Provider, Kind: r.Kind, Model: r.Model, PriceVersion: r.PriceVersion,
			Asked: r.Asked, Endpoint: r.Endpoint, Client: r.Client, Cache: r.Cache,
		},
		End: ledger.Settlement{
			Attempt: r.ID, State: ledger.State(r.State), Usage: used, Cost: r.Cost, InputCost: r.InputCost, Tokens: r.Tokens, Requests: r.Requests,
			Status: r.Status, Class: r.Class, Note: r.Note, FirstByte: micros(r.FirstByte), Duration: micros(r.DurationUS), At: r.EndedAt.UTC(),
		},
	}
}
