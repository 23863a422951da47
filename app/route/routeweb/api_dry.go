package routeweb

import (
	"net/http"
	"time"

	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/route"
	"github.com/bodhi-gateway/bodhi/app/web"
)

// dryRoutes are dry runs, replays and files of routes in the management API. They change nothing, but for the import.
func (h *Handlers) dryRoutes() []web.Route {
	const root = "/api/v1/routing"
	return []web.Route{
		{Method: http.MethodPost, Path: root + "/dry-run", Name: "api.routing.dry_run", Guard: web.Token, Floor: route.MayChange, Audit: "none: asks what would happen", Handle: h.apiDryRun, In: dryInput{}, Out: dryJSON{}},
		{Method: http.MethodPost, Path: root + "/rehearsals", Name: "api.rehearsals.start", Guard: web.Token, Floor: route.MayChange, Audit: "none: reads requests that the actor sees anyhow", Handle: h.apiRehearse, In: rehearsalInput{}, Out: rehearsalJSON{}},
		{Method: http.MethodGet, Path: root + "/rehearsals/:id", Name: "api.rehearsals.show", Guard: web.Token, Floor: route.MayChange, Handle: h.apiRehearsal, Out: rehearsalJSON{}},
		{Method: http.MethodGet, Path: root + "/export", Name: "api.routing.export", Guard: web.Token, Floor: org.Viewer, Handle: h.apiExport, Out: yamlJSON{}},
		{Method: http.MethodPost, Path: root + "/import", Name: "api.routing.import", Guard: web.Token, Floor: route.MayChange, Audit: "alias.created", Handle: h.apiImport, In: yamlJSON{}, Out: importJSON{}},
	}
}

// dryInput is a request that might be made: what conditions of rules ask about it. What is left out is empty, no or 0; of a
// member the role and attributes, and of a team the department, are filled in.
type dryInput struct {
	Model          string            `json:"model"`
	Team           string            `json:"team,omitempty"`
	Department     string            `json:"department,omitempty"`
	Member         string            `json:"member,omitempty"`
	Role           string            `json:"role,omitempty"`
	Attributes     map[string]string `json:"attributes,omitempty"`
	Key            string            `json:"key,omitempty"`
	ServiceAccount bool              `json:"service_account,omitempty"`
	Endpoint       string            `json:"endpoint,omitempty"` // chat if left out
	Dialect        string            `json:"dialect,omitempty"`
	Client         string            `json:"client,omitempty"`
	Tags           map[string]string `json:"tags,omitempty"`
	Priority       string            `json:"priority,omitempty"`
	EndUser        string            `json:"end_user,omitempty"`
	Session        string            `json:"session,omitempty"`
	Purpose        string            `json:"purpose,omitempty"`
	InputTokens    int               `json:"input_tokens,omitempty"`
	MaxTokens      int               `json:"max_tokens,omitempty"`
	Messages       int               `json:"messages,omitempty"`
	Stream         bool              `json:"stream,omitempty"`
	Tools          bool              `json:"tools,omitempty"`
	Images         bool              `json:"images,omitempty"`
	Audio          bool              `json:"audio,omitempty"`
	Files          bool              `json:"files,omitempty"`
	JSONSchema     bool              `json:"json_schema,omitempty"`
	Reasoning      bool              `json:"reasoning,omitempty"`
	BudgetUsed     int               `json:"budget_used,omitempty"` // percent
	At             *time.Time        `json:"at,omitempty"`          // now if left out
	// Draft is a route to be asked as if it were saved.
	Draft *route.Document `json:"draft,omitempty"`
}

func (in dryInput) question() route.Question {
	q := route.Question{Draft: in.Draft, Facts: route.Facts{Model: in.Model, Team: in.Team, Department: in.Department, Member: in.Member, Role: in.Role, Attributes: in.Attributes, Key: in.Key,
		ServiceAccount: in.ServiceAccount, Endpoint: in.Endpoint, Dialect: in.Dialect, Client: in.Client, Tags: in.Tags, Priority: in.Priority, EndUser: in.EndUser, Session: in.Session,
		Purpose: in.Purpose, InputTokens: in.InputTokens, MaxTokens: in.MaxTokens, Messages: in.Messages, Stream: in.Stream, Tools: in.Tools, Images: in.Images, Audio: in.Audio, Files: in.Files,
		JSONSchema: in.JSONSchema, Reasoning: in.Reasoning, BudgetUsed: in.BudgetUsed}}
	if in.At != nil {
		q.At = *in.At
	}
	return q
}

// dryJSON is where the request would go, in order, and what each rule said.
type dryJSON struct {
	Route    string         `json:"route"`
	Strategy route.Strategy `json:"strategy"`
	Targets  []dryTarget    `json:"targets"`
	Rules    []route.Step   `json:"rules"`
	// Fallback is what follows a failure, and FallbackOf who says so; left out where nobody does. Demands are what targets must fulfil.
	Fallback   *route.Fallback `json:"fallback,omitempty"`
	FallbackOf string          `json:"fallback_of,omitempty"`
	Demands    []string        `json:"demands,omitempty"`
}

type dryTarget struct {
	Target string `json:"target"`
	Why    string `json:"why"`
	Weight int    `json:"weight"`
}

func dryOut(p route.Plan, tr route.Trace) dryJSON {
	out := dryJSON{Route: p.Route, Strategy: p.Strategy, Targets: []dryTarget{}, Rules: tr.Steps, Fallback: p.Fallback, FallbackOf: p.FallbackOf, Demands: p.Only.Words()}
	if out.Rules == nil {
		out.Rules = []route.Step{}
	}
	if out.Strategy == "" {
		out.Strategy = route.Ordered
	}
	for _, t := range p.Targets {
		out.Targets = append(out.Targets, dryTarget{t.Connection.Name + "/" + t.Model, t.Why, t.Weight})
	}
	return out
}

func (h *Handlers) apiDryRun(c *web.Context) error {
	in, err := web.Decode[dryInput](c)
	if err != nil {
		return err
	}
	p, tr, err := h.aliases.DryRun(c.Ctx(), c.Actor(), h.table, in.question())
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, dryOut(p, tr))
}

// yamlJSON is a file of routes: YAML documents, one for each alias, and one without an alias for the organization's rules.
type yamlJSON struct {
	YAML string `json:"yaml"`
}

// importJSON tells what a file changed, by alias; "" is the organization's own rules.
type importJSON struct {
	Applied []string `json:"applied"`
}

// exported is all of an organization's routes as a file.
func (h *Handlers) exported(c *web.Context) (string, error) {
	names, err := h.aliases.Names(c.Ctx(), c.Actor())
	if err != nil {
		return "", err
	}
	p, err := h.aliases.Policy(c.Ctx(), c.Actor())
	if err != nil {
		return "", err
	}
	var docs []route.Document
	if d := names.General(p); !p.Plain() || d.Unsupported != "" {
		docs = append(docs, d)
	}
	for _, a := range names.Aliases {
		docs = append(docs, names.Document(a))
	}
	return writeYAML(docs...)
}

func (h *Handlers) apiExport(c *web.Context) error {
	text, err := h.exported(c)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, yamlJSON{text})
}

func (h *Handlers) apiImport(c *web.Context) error {
	in, err := web.Decode[yamlJSON](c)
	if err != nil {
		return err
	}
	docs, err := readYAML("yaml", in.YAML)
	if err != nil {
		return err
	}
	applied, err := h.aliases.ApplyAll(c.Ctx(), c.Actor(), docs)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, importJSON{applied})
}
