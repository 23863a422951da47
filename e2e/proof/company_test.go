package proof

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"net/http"
	"sync"
	"testing"

	"github.com/bodhi-gateway/bodhi/app/money"
	"github.com/bodhi-gateway/bodhi/e2e/harness"
)

// The company's tree: 400 keys.
const (
	teams          = 20
	membersPerTeam = 5
	keysPerMember  = 4
)

// key is a virtual key and the budgets above it, innermost first.
type key struct {
	id      string // plain uuid, as the database has it
	secret  string
	budgets [4]*limit
}

// limit is one hard budget, and what the provider billed under it.
type limit struct {
	level, id string
	limit     money.USD
	billed    money.USD
}

// company is an organization with its tree.
type company struct {
	keys    []*key
	budgets []*limit
}

// admin speaks the management API.
type admin struct {
	t    *testing.T
	node *harness.Gateway
}

func (a admin) post(path string, body any, out any) {
	a.t.Helper()
	b, err := json.Marshal(body)
	if err != nil {
		a.t.Fatal(err)
	}
	r, err := http.NewRequestWithContext(a.t.Context(), http.MethodPost, a.node.URL+"/api/v1/"+path, bytes.NewReader(b))
	if err != nil {
		a.t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+a.node.AdminToken)
	r.Header.Set("Content-Type", "application/json")
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		a.t.Error(err)
		return
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != http.StatusCreated {
		a.t.Errorf("POST %s: %d %v %s", path, resp.StatusCode, err, answer)
		return
	}
	if err := json.Unmarshal(answer, out); err != nil {
		a.t.Errorf("POST %s: %v: %s", path, err, answer)
	}
}

func (a admin) named(path string, body any) string {
	a.t.Helper()
	var out struct{ ID string }
	a.post(path, body, &out)
	return out.ID
}

func (a admin) limit(level, scope string, usd money.USD) *limit {
	a.t.Helper()
	id := a.named("budgets", map[string]string{"scope": scope, "limit_usd": usd.String(), "period": "total", "enforcement": "hard"})
	return &limit{level: level, id: id, limit: usd}
}

// found builds the tree. Limits of keys are spread log-uniformly, so that some are used up in seconds and some never; a
// member's and a team's are less than what is below them together.
func found(t *testing.T, node *harness.Gateway, organization money.USD, scale float64) *company {
	t.Helper()
	a := admin{t, node}
	c := &company{}
	top := &limit{level: "organization", id: node.OrgID, limit: organization}
	c.budgets = append(c.budgets, top)
	rnd := rand.New(rand.NewPCG(4, 2))
	spread := func(least, most float64) money.USD {
		return money.USD(scale * least * math.Pow(most/least, rnd.Float64()) * float64(money.Dollar))
	}
	var mu sync.Mutex
	for i := range teams {
		team := a.named("teams", map[string]string{"name": fmt.Sprintf("Team %d", i)})
		ofTeam := a.limit("team", team, spread(0.10, 0.60))
		c.budgets = append(c.budgets, ofTeam)
		var wg sync.WaitGroup
		for j := range membersPerTeam {
			ofMember, ofKeys := spread(0.03, 0.15), [keysPerMember]money.USD{}
			for k := range ofKeys {
				ofKeys[k] = spread(0.003, 0.10)
			}
			wg.Go(func() {
				member := a.named("members", map[string]any{"email": fmt.Sprintf("m%d-%d@acme.test", i, j), "name": fmt.Sprintf("Member %d-%d", i, j),
					"role": "developer", "teams": []string{team}})
				personal := a.limit("member", member, ofMember)
				mu.Lock()
				c.budgets = append(c.budgets, personal)
				mu.Unlock()
				for k := range keysPerMember {
					var made struct{ ID, Secret string }
					a.post("keys", map[string]any{"name": fmt.Sprintf("key %d-%d-%d", i, j, k), "team": team, "member": member}, &made)
					own := a.limit("key", made.ID, ofKeys[k])
					mu.Lock()
					c.budgets = append(c.budgets, own)
					c.keys = append(c.keys, &key{id: made.ID, secret: made.Secret, budgets: [4]*limit{own, personal, ofTeam, top}})
					mu.Unlock()
				}
			})
		}
		wg.Wait()
	}
	if len(c.keys) != teams*membersPerTeam*keysPerMember {
		t.Fatalf("%d keys were made", len(c.keys))
	}
	return c
}
