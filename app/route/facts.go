package route

import (
	"encoding/json"
	"strconv"
	"strings"
	"time"

	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/key"
	"github.com/bodhi-gateway/bodhi/app/llm"
)

// Facts are what a condition may speak of. The names in the tags are the language's words; a test holds them against
// Words, which says what each means. Text is compared as it is written, but members' addresses are lower case.
type Facts struct {
	Team           string            `expr:"team"`
	Department     string            `expr:"department"`
	Member         string            `expr:"member"`
	Role           string            `expr:"role"`
	Attributes     map[string]string `expr:"attributes"`
	Key            string            `expr:"key"`
	ServiceAccount bool              `expr:"service_account"`
	Model          string            `expr:"model"`
	Endpoint       string            `expr:"endpoint"`
	Dialect        string            `expr:"dialect"`
	Client         string            `expr:"client"`
	Tags           map[string]string `expr:"tags"`
	Priority       string            `expr:"priority"`
	EndUser        string            `expr:"end_user"`
	Session        string            `expr:"session"`
	Purpose        string            `expr:"purpose"`
	InputTokens    int               `expr:"input_tokens"`
	MaxTokens      int               `expr:"max_tokens"`
	Messages       int               `expr:"messages"`
	Stream         bool              `expr:"stream"`
	Tools          bool              `expr:"tools"`
	Images         bool              `expr:"images"`
	Audio          bool              `expr:"audio"`
	Files          bool              `expr:"files"`
	JSONSchema     bool              `expr:"json_schema"`
	Reasoning      bool              `expr:"reasoning"`
	BudgetUsed     int               `expr:"budget_used"`
	Weekday        string            `expr:"weekday"`
	Time           string            `expr:"time"`
	Date           string            `expr:"date"`
	Hour           int               `expr:"hour"`
	Holiday        bool              `expr:"holiday"`
	Workday        bool              `expr:"workday"`
}

// Ask is one request looking for its way: who asks, for what, and when. Whatever of it no rule speaks of is never looked
// at.
type Ask struct {
	Org     id.Org
	Call    *llm.Call
	Grant   *key.Grant
	Request id.Request
	At      time.Time
	// The client's hints: tags as "project=apollo,client=acme", and the rest as they came.
	Tags, EndUser, Session, Client, Priority, Purpose string
	// Spending says how much of its budgets a key has used; nil is nothing known, which reads as 0.
	Spending Spending
	// Facts, if set, are asked instead of what Call, Grant and the hints say, but for the clock: a question of "what if".
	Facts *Facts
	// Named keeps the organization's rules out: somebody decided on the model already, such as a budget near its limit.
	Named bool
}

// Spending knows the budgets of a key. The gateway is one.
type Spending interface {
	// UsedPercent is how much of the tightest budget above a key is spent and held, in whole percent.
	UsedPercent(g *key.Grant, at time.Time) int
}

// Directory is what conditions may ask about one organization's people, and the zone in which its days begin. It is part
// of the snapshot, for organizations with rules only.
type Directory struct {
	Org         id.Org                   `json:"org"`
	Zone        string                   `json:"zone"`
	Teams       map[id.Team]string       `json:"teams"`
	Departments map[id.Department]string `json:"departments"`
	// Within says which department a team belongs to; teams outside departments are not in it.
	Within map[id.Team]id.Department `json:"within"`
	People map[id.Member]Person      `json:"people"`
}

// Person is a member as conditions know them. Attributes are what the company's directory says of them.
type Person struct {
	Email      string            `json:"email"`
	Role       string            `json:"role"`
	Attributes map[string]string `json:"attributes,omitempty"`
}

// town is a Directory made ready: its zone is loaded.
type town struct {
	Directory
	zone *time.Location
}

func settle(d Directory) *town {
	zone, err := time.LoadLocation(d.Zone)
	if err != nil {
		zone = time.UTC // a zone that this machine does not know must not stop requests
	}
	return &town{d, zone}
}

// facts gathers what the rules in question speak of. Facts that cost something, such as the tags' map and the budgets, are
// gathered only where a rule names them.
func (t *tenant) facts(a *Ask, people *town, named words) *Facts {
	zone := time.UTC
	if people != nil {
		zone = people.zone
	}
	if a.Facts != nil {
		f := *a.Facts
		f.clock(a.At.In(zone), t.holidays)
		return &f
	}
	c := a.Call
	f := &Facts{Model: c.Model, Endpoint: string(endpointOf(c.Operation)), Dialect: string(c.Family), Client: a.Client, Priority: a.Priority, EndUser: a.EndUser,
		Session: a.Session, Purpose: a.Purpose, InputTokens: Estimate(c.Bound), MaxTokens: int(c.MaxOutput), Messages: int(c.Bound.Messages), Stream: c.Stream,
		Tools: c.Needs.Tools, Images: c.Needs.Vision, Audio: c.Needs.Audio, Files: c.Needs.Files, JSONSchema: c.Needs.Schema, Reasoning: c.Needs.Reasoning}
	if f.Priority == "" {
		f.Priority = "normal"
	}
	if named.has("tags") {
		f.Tags = tagsOf(a.Tags)
	}
	if g := a.Grant; g != nil {
		f.Key, f.ServiceAccount = g.Name, g.Chain.Member.IsZero()
		if named.has("budget_used") && a.Spending != nil {
			f.BudgetUsed = a.Spending.UsedPercent(g, a.At)
		}
		if people != nil {
			p := people.People[g.Chain.Member]
			f.Team, f.Department = people.Teams[g.Chain.Team], people.Departments[g.Chain.Department]
			f.Member, f.Role, f.Attributes = p.Email, p.Role, p.Attributes
		}
	}
	f.clock(a.At.In(zone), t.holidays)
	return f
}

// clock fills in what a moment is in the organization's zone.
func (f *Facts) clock(at time.Time, holidays map[string]bool) {
	f.Weekday, f.Hour = weekdays[at.Weekday()], at.Hour()
	f.Time, f.Date = at.Format("15:04"), at.Format(time.DateOnly)
	f.Holiday = holidays[f.Date]
	f.Workday = !f.Holiday && at.Weekday() != time.Saturday && at.Weekday() != time.Sunday
}

var weekdays = [...]string{"sun", "mon", "tue", "wed", "thu", "fri", "sat"}

// endpointOf names what is asked for. A count of tokens goes where the conversation itself would go.
func endpointOf(o llm.Operation) llm.Operation {
	if o == llm.CountTokens {
		return llm.Chat
	}
	return o
}

// Estimate is about how many tokens a request's input has. The bound that money is held by counts a token a byte; four bytes a
// token is what English prose and code come to, and what these rules are for.
func Estimate(b llm.Bound) int {
	const perToken, perMessage, perImage, perPage, perSecond = 4, 4, 1000, 1500, 30
	return int(b.TextBytes/perToken + b.Messages*perMessage + b.Images*perImage + b.Pages*perPage + b.AudioSecs*perSecond)
}

// tagsOf reads "project=apollo,client=acme".
func tagsOf(s string) map[string]string {
	if s == "" {
		return nil
	}
	out := make(map[string]string, 1+strings.Count(s, ","))
	for pair := range strings.SplitSeq(s, ",") {
		if name, value, ok := strings.Cut(pair, "="); ok {
			out[name] = value
		}
	}
	return out
}

// between reports whether a time of day lies in [from, to), over midnight too. All three are "15:04".
func between(params ...any) (any, error) {
	at, from, to := params[0].(string), params[1].(string), params[2].(string)
	if from <= to {
		return from <= at && at < to, nil
	}
	return at >= from || at < to, nil
}

// clockForm reports whether a text is a time of day as between takes it: two digits each. "24:00" ends a day.
func clockForm(s string) bool {
	h, m, ok := strings.Cut(s, ":")
	if !ok || len(h) != 2 || len(m) != 2 {
		return false
	}
	hour, wrong := strconv.Atoi(h)
	minute, other := strconv.Atoi(m)
	return wrong == nil && other == nil && hour >= 0 && minute >= 0 && minute < 60 && (hour < 24 || hour == 24 && minute == 0)
}

// Bounds of what is kept of one person's attributes.
const (
	maxAttributes = 30
	maxAttribute  = 200 // bytes
)

// AttributesOf are the plain texts in what a directory (SCIM) says of a person, those of its extensions among them:
// "title", "costCenter". Lists and structures, such as addresses, are left out.
func AttributesOf(raw []byte) map[string]string {
	var said map[string]any
	if json.Unmarshal(raw, &said) != nil {
		return nil
	}
	out := map[string]string{}
	for name, v := range said {
		if extension, ok := v.(map[string]any); ok && strings.HasPrefix(name, "urn:") {
			for inner, v := range extension {
				attribute(out, inner, v)
			}
			continue
		}
		attribute(out, name, v)
	}
	return out
}

func attribute(out map[string]string, name string, v any) {
	if s, ok := v.(string); ok && s != "" && len(s) <= maxAttribute && len(out) < maxAttributes {
		out[name] = s
	}
}
