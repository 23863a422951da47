package browser

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"strings"

	"github.com/bodhi-gateway/bodhi/app/apptest"
	"github.com/bodhi-gateway/bodhi/app/client"
)

// byAccount connects the company's own account at a provider.
func byAccount(q *quarter) {
	q.account = apptest.OpenAccount(q.t, q.s.Clock)
	b := q.ada
	b.goTo("/start")
	b.choose("Provider", "Anthropic")
	b.fill("API key", q.account.Key)
	b.fill("Address", q.account.URL+"/v1")
	b.press("Connect and test")
	b.sees("Which models answer")
	b.shown("quarter-connected")
	b.fill("smart leads to", "anthropic/claude-sonnet-4-5")
	b.fill("fast leads to", "anthropic/claude-sonnet-4-5")
	b.press("Use these models")
	b.sees("Begin with a template?")
	b.press("Without a template")
}

// directory is the company's, as far as it speaks SCIM.
type directory struct {
	q      *quarter
	url    string
	token  string
	people map[string]string // ids by address
	groups map[string]string // ids by name
}

// byDirectory is how a large company comes: its directory brings people and groups, which give them their teams.
func byDirectory(q *quarter) {
	ctx, b := q.t.Context(), q.ada
	for _, h := range houses {
		made, err := q.api.Departments().Create(ctx, client.IdentityNameInput{Name: h.name})
		if err != nil {
			q.t.Fatal(err)
		}
		for _, name := range h.teams {
			if _, err := q.api.Teams().Create(ctx, client.TeamInput{Name: name, Department: made.ID}); err != nil {
				q.t.Fatal(err)
			}
		}
	}
	b.goTo("/directory")
	b.fill("Name of a new token", "Okta")
	b.press("Create token")
	b.sees("Copy this token now")
	d := &directory{q: q, url: b.text("#base-url"), token: b.text("#secret"), people: map[string]string{}, groups: map[string]string{}}
	q.directory = d
	teams := crews()
	members := map[string][]string{}
	for i := range q.people - 2 { // besides the founder and finance
		name, email := person(i)
		d.bring(name, email)
		members[teams[i%len(teams)]] = append(members[teams[i%len(teams)]], d.people[email])
	}
	for _, team := range teams {
		d.group(team, members[team])
	}
	b.goTo("/directory")
	b.shown("quarter-directory")
	b.press(teams[0])
	b.choose("Role", "Developer")
	b.tick(teams[0])
	b.press("Save")
	b.sees("Saved. Everybody in the group has it now.")
	for _, team := range teams[1:] {
		if _, err := q.api.Directory().Map(ctx, d.groups[team], client.ScimGrant{Role: "developer", Teams: []string{q.team(team)}}); err != nil {
			q.t.Fatal(err)
		}
	}
	q.keysFor(0, 120)
	q.quotas()
	q.signOn()
}

// bring adds somebody.
func (d *directory) bring(name, email string) {
	first, last, _ := strings.Cut(name, " ")
	made := d.ask(http.MethodPost, "/Users", http.StatusCreated, map[string]any{"schemas": []string{"urn:ietf:params:scim:schemas:core:2.0:User"}, "userName": email, "externalId": "okta-" + email, "active": true,
		"name": map[string]string{"givenName": first, "familyName": last}, "emails": []any{map[string]any{"value": email, "primary": true, "type": "work"}}})
	d.people[email] = made.ID
}

// group adds one with its members.
func (d *directory) group(name string, members []string) {
	list := []any{}
	for _, m := range members {
		list = append(list, map[string]string{"value": m})
	}
	d.groups[name] = d.ask(http.MethodPost, "/Groups", http.StatusCreated, map[string]any{"schemas": []string{"urn:ietf:params:scim:schemas:core:2.0:Group"}, "displayName": name, "members": list}).ID
}

// patch changes something.
func (d *directory) patch(path string, operation map[string]any) {
	d.ask(http.MethodPatch, path, http.StatusOK, map[string]any{"schemas": []string{"urn:ietf:params:scim:api:messages:2.0:PatchOp"}, "Operations": []any{operation}})
}

func (d *directory) ask(method, path string, status int, body any) (out struct{ ID string }) {
	t := d.q.t
	t.Helper()
	text, _ := json.Marshal(body)
	r, err := http.NewRequestWithContext(t.Context(), method, d.url+path, bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+d.token)
	r.Header.Set("Content-Type", "application/scim+json")
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	answer, _ := io.ReadAll(resp.Body)
	if resp.StatusCode != status {
		t.Fatalf("the directory asks %s %s: %d %s", method, path, resp.StatusCode, answer)
	}
	_ = json.Unmarshal(answer, &out)
	return out
}
