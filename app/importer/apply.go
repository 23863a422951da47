package importer

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"net/url"

	"github.com/bodhi-gateway/bodhi/app/blueprint"
)

// Step is one thing that an import does, in words without secrets.
type Step struct {
	Do   string `json:"do"` // "connect", "invite", or a blueprint's verb
	What string `json:"what"`
	// Fields are those of a blueprint's change.
	Fields []blueprint.Field `json:"fields,omitempty"`
}

// Plan is what an import would do to an organization.
type Plan struct {
	Steps []Step
	// Kept are connections and invitations that are there already under their name, and are left as they are.
	Kept []string
	// Left is what the import leaves out: what has no place here, and what lacks a key or an address.
	Left []string

	in      Import
	now     *blueprint.State
	wanted  *blueprint.Document
	changes []blueprint.Change
	connect []Connection
	invite  []Person
}

type named struct {
	ID    string `json:"id"`
	Name  string `json:"name"`
	Email string `json:"email"`
	State string `json:"state"`
}

// Compare reads the organization and says what importing would do. Nothing is changed; connections and people that are there by their
// name and address stay as they are, so that importing twice does nothing the second time.
func Compare(ctx context.Context, api blueprint.API, in Import) (*Plan, error) {
	have, err := all(ctx, api, "/connections")
	if err != nil {
		return nil, err
	}
	in = in.without(have)
	p := &Plan{in: in, Left: in.Left}
	for _, c := range in.Connections {
		if have[c.Name].ID != "" {
			p.Kept = append(p.Kept, "connection "+c.Name)
			continue
		}
		p.connect = append(p.connect, c)
		what := "connection " + c.Name + " (" + string(c.Kind) + ")"
		if c.Credential.IsEmpty() {
			what += ", without a key"
		}
		p.Steps = append(p.Steps, Step{Do: "connect", What: what})
	}
	text, err := in.Document.Text()
	if err != nil {
		return nil, err
	}
	if p.wanted, err = blueprint.Parse(text); err != nil {
		return nil, err
	}
	if p.now, err = blueprint.Read(ctx, api); err != nil {
		return nil, err
	}
	p.stay()
	if p.changes, err = blueprint.Plan(p.now, p.wanted, false); err != nil {
		return nil, err
	}
	for _, c := range p.changes {
		p.Steps = append(p.Steps, Step{Do: string(c.Verb), What: c.What, Fields: c.Fields})
	}
	return p, p.people(ctx, api)
}

// stay leaves teams in their departments where the file says nothing of that: in a blueprint a team without one belongs to none.
func (p *Plan) stay() {
	for i := range p.wanted.Teams {
		t := &p.wanted.Teams[i]
		for _, now := range p.now.Teams {
			if t.Department == "" && now.Name == t.Name {
				t.Department = now.Department
			}
		}
	}
}

func (p *Plan) people(ctx context.Context, api blueprint.API) error {
	if len(p.in.People) == 0 {
		return nil
	}
	there := map[string]bool{}
	if err := each(ctx, api, "/members", func(n named) { there[n.Email] = true }); err != nil {
		return err
	}
	err := each(ctx, api, "/invitations", func(n named) {
		if n.State == "open" { // one that is over keeps nobody out
			there[n.Email] = true
		}
	})
	if err != nil {
		return err
	}
	for _, x := range p.in.People {
		if there[x.Email] {
			p.Kept = append(p.Kept, x.Email)
			continue
		}
		there[x.Email] = true
		p.invite = append(p.invite, x)
		what := x.Email + " as " + x.Role
		if x.Team != "" {
			what += " of team " + x.Team
		}
		p.Steps = append(p.Steps, Step{Do: "invite", What: what})
	}
	return nil
}

// Print tells plans apart: two with the same print do the same.
func (p *Plan) Print() string {
	text, _ := json.Marshal(p.Steps) // words only, which always have a JSON form
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:12])
}

// Run takes the organization's turn at applying, compares, and does what there is to do, in its order. It stops at the first refusal;
// what was done stays, and importing again goes on from there. seen is the Print of a plan that was agreed to, "" for
// whatever is needed; done is called after each step. The plan is nil if nothing was compared.
func Run(ctx context.Context, api blueprint.API, in Import, title, seen string, done func()) (p *Plan, err error) {
	turn, err := blueprint.TakeTurn(ctx, api, title)
	if err != nil {
		return nil, err
	}
	defer func() { err = turn.End(ctx, err) }()
	if p, err = Compare(ctx, api, in); err != nil {
		return nil, err
	}
	if len(p.Steps) > 0 && seen != "" && seen != p.Print() { // where nothing is left to do, nobody needs to look again
		return p, blueprint.ErrMoved
	}
	n := 0
	return p, p.apply(ctx, api, func(what string) error { return turn.Step(ctx, n, len(p.Steps), what) }, func() { n++; done() })
}

func (p *Plan) apply(ctx context.Context, api blueprint.API, before func(what string) error, done func()) error {
	for _, c := range p.connect {
		if err := before("connect " + c.Name); err != nil {
			return err
		}
		in := map[string]any{"name": c.Name, "kind": string(c.Kind), "base_url": c.BaseURL, "service": c.Service, "credential": c.Credential.Reveal()}
		if err := api(ctx, http.MethodPost, "/connections", nil, in, nil); err != nil {
			return refused{wrong("Connection %s: %s", c.Name, err.Error()), err}
		}
		done()
	}
	err := blueprint.Apply(ctx, api, p.now, p.wanted, p.changes, func(c blueprint.Change) error { return before(string(c.Verb) + " " + c.What) }, func(blueprint.Change) { done() })
	if err != nil || len(p.invite) == 0 {
		return err
	}
	teams, err := all(ctx, api, "/teams")
	if err != nil {
		return err
	}
	for _, x := range p.invite {
		if err := before("invite " + x.Email); err != nil {
			return err
		}
		in := map[string]any{"email": x.Email, "name": x.Name, "role": x.Role}
		if x.Team != "" {
			in["teams"] = []string{teams[x.Team].ID}
		}
		if err := api(ctx, http.MethodPost, "/invitations", nil, in, nil); err != nil {
			return refused{wrong("%s: %s", x.Email, err.Error()), err}
		}
		done()
	}
	return nil
}

// refused says what of an import was not taken, and why: the cause is in the sentence already, and tells programs its kind.
type refused struct{ sentence, cause error }

// Error implements error.
func (r refused) Error() string { return r.sentence.Error() }

// Unwrap gives the sentence, and what the API said.
func (r refused) Unwrap() []error { return []error{r.sentence, r.cause} }

// all are the entries of a list of the API, by name.
func all(ctx context.Context, api blueprint.API, path string) (map[string]named, error) {
	out := map[string]named{}
	return out, each(ctx, api, path, func(n named) { out[n.Name] = n })
}

// each walks a list of the API.
func each(ctx context.Context, api blueprint.API, path string, do func(named)) error {
	for query := (url.Values{}); ; {
		var page struct {
			Data []named `json:"data"`
			Next string  `json:"next"`
		}
		if err := api(ctx, http.MethodGet, path, query, nil, &page); err != nil {
			return err
		}
		for _, n := range page.Data {
			do(n)
		}
		if page.Next == "" {
			return nil
		}
		query.Set("after", page.Next)
	}
}
