package budgetweb_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/bodhi-gateway/bodhi/app/budget"
	"github.com/bodhi-gateway/bodhi/app/money"
	"github.com/bodhi-gateway/bodhi/app/org"
)

// field is what a body's field says, as a string.
func field(t *testing.T, body, name string) string {
	t.Helper()
	var m map[string]any
	if err := json.Unmarshal([]byte(body), &m); err != nil {
		t.Fatalf("%v in %s", err, body)
	}
	s, _ := m[name].(string)
	return s
}

func TestTheAPISaysAndTakesAllOfABudget(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	api := s.house.Program(t, s.site, s.acme, org.Admin)
	p := api.JSON("POST", "/api/v1/budgets", `{"scope":"tag:project=apollo","measure":"tokens","limit":"1000000","period":"weekly","starts":3,"enforcement":"downgrade",
		"from_percent":70,"downgrade_to":"fast","rollover":"5000","reserve":"100000","thresholds":[90,60,90]}`)
	if p.Status != http.StatusCreated || !p.Has(`"scope":"tag:project=apollo"`, `"scope_kind":"tag"`, `"measure":"tokens"`, `"limit":"1000000"`, `"present":"900000"`, `"left":"900000"`,
		`"starts":3`, `"enforcement":"downgrade"`, `"from_percent":70`, `"downgrade_to":"fast"`, `"rollover":"5000"`, `"reserve":"100000"`, `"strict":false`, `"thresholds":[60,90]`,
		`"rolled_over":"0"`, `"granted":"0"`, `"suspense":"0"`) || p.Has("_usd") {
		t.Fatalf("create: %d %s", p.Status, p.Body)
	}
	one := "/api/v1/budgets/" + field(t, p.Body, "id")
	p = api.JSON("PATCH", one, `{"limit":"2000000"}`)
	if p.Status != 200 || !p.Has(`"limit":"2000000"`, `"starts":3`, `"from_percent":70`, `"rollover":"5000"`, `"reserve":"100000"`, `"thresholds":[60,90]`) {
		t.Errorf("a change of one field: %d %s", p.Status, p.Body)
	}
	p = api.JSON("PATCH", one, `{"period":"monthly","enforcement":"hard","rollover":"0","reserve":"0","thresholds":[],"name":"Apollo"}`)
	if p.Status != 200 || !p.Has(`"period":"monthly"`, `"thresholds":[]`, `"reserve":"0"`, `"name":"Apollo"`) || p.Has(`"starts"`, `"from_percent"`) {
		t.Errorf("a change of many: %d %s", p.Status, p.Body)
	}
	if p = api.Get(one); !p.Has(`"forecast":{"total":null,"at":"20`, `"runs_out_at":null,"method":"Not enough data`) {
		t.Errorf("forecast: %s", p.Body)
	}
	p = api.JSON("POST", "/api/v1/budgets", `{"scope":"pool:`+s.acme.Team.String()+`","limit":"10","period":"monthly","enforcement":"hard","strict":false}`)
	if p.Status != http.StatusCreated || !p.Has(`"scope":"pool:`+s.acme.Team.String()+`"`, `"limit_usd":"10"`, `"measure":"usd"`, "Pool of team General") {
		t.Errorf("a pool: %d %s", p.Status, p.Body)
	}
	if p = api.Get("/api/v1/budgets?forecast=true"); !p.Has(`"forecast":{`) {
		t.Errorf("list with forecasts: %s", p.Body)
	}
	if p = api.Get("/api/v1/budgets"); p.Has(`"forecast":{`) {
		t.Errorf("list without: %s", p.Body)
	}
}

func TestBadBudgetsNameTheirFieldInTheAPI(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	api := s.house.Program(t, s.site, s.acme, org.Admin)
	team := s.acme.Team.String()
	for body, want := range map[string]string{
		`"limit":"-1"`:                                                  "limit",
		`"limit":"NaN"`:                                                 "limit",
		`"limit":"Infinity"`:                                            "limit",
		`"limit":"1e300"`:                                               "limit",
		`"limit":"99999999999999999999999"`:                             "limit",
		`"limit":"1000000001"`:                                          "limit",
		`"limit":""`:                                                    "limit",
		`"limit_usd":"0.0000000001"`:                                    "limit_usd",
		`"limit":"1","limit_usd":"1"`:                                   "limit_usd",
		`"measure":"tokens","limit_usd":"1"`:                            "limit_usd",
		`"measure":"tokens","limit":"1.5"`:                              "limit",
		`"measure":"tokens","limit":"9999999999999999"`:                 "limit",
		`"measure":"euros","limit":"1"`:                                 "measure",
		`"limit_usd":"-1"`:                                              "limit_usd",
		`"limit":"1","period":"hourly"`:                                 "period",
		`"limit":"1","starts":32`:                                       "starts",
		`"limit":"1","starts":-1`:                                       "starts",
		`"limit":"1","period":"weekly","starts":8`:                      "starts",
		`"limit":"1","period":"quarterly","starts":13`:                  "starts",
		`"limit":"1","period":"daily","starts":1`:                       "starts",
		`"limit":"1","enforcement":"medium"`:                            "enforcement",
		`"limit":"1","enforcement":"downgrade"`:                         "downgrade_to",
		`"limit":"1","enforcement":"throttle","from_percent":100`:       "from_percent",
		`"limit":"1","enforcement":"throttle","period":"total"`:         "enforcement",
		`"limit":"1","rollover":"-1"`:                                   "rollover",
		`"limit":"1","rollover":"x"`:                                    "rollover",
		`"limit":"1","rollover":"1","period":"total"`:                   "rollover",
		`"limit":"1","reserve":"2"`:                                     "reserve",
		`"limit":"1","reserve":"-1"`:                                    "reserve",
		`"limit":"1","strict":true,"period":"total"`:                    "strict",
		`"limit":"1","strict":true,"scope":"` + s.key.ID.String() + `"`: "strict",
		`"limit":"1","thresholds":[0]`:                                  "thresholds",
		`"limit":"1","thresholds":[1,2,3,4,5,6,7,8,9,10,11]`:            "thresholds",
		`"limit":"1","thresholds":[1001]`:                               "thresholds",
		`"limit":"1","name":"` + strings.Repeat("x", 121) + `"`:         "name",
	} {
		whole := map[string]any{"scope": team, "period": "monthly", "enforcement": "hard"}
		if err := json.Unmarshal([]byte("{"+body+"}"), &whole); err != nil {
			t.Fatal(err)
		}
		text, _ := json.Marshal(whole)
		if p := api.JSON("POST", "/api/v1/budgets", string(text)); p.Status != http.StatusBadRequest || !p.Has(`"field":"`+want+`"`) {
			t.Errorf("%s: %d %s", body, p.Status, p.Body)
		}
	}
	for _, scope := range []string{"tag:", "tag:project", "tag:a=b,c=d", "pool:", "pool:" + s.key.ID.String(), "pool:" + s.acme.Org.ID.String(), "team_x", "  "} {
		p := api.JSON("POST", "/api/v1/budgets", `{"scope":"`+scope+`","limit":"1","period":"monthly","enforcement":"hard"}`)
		if p.Status != http.StatusNotFound {
			t.Errorf("a budget on %q: %d %s", scope, p.Status, p.Body)
		}
	}
	if p := api.JSON("POST", "/api/v1/budgets", `{"limit":"1","period":"monthly","enforcement":"hard","limits":"2"}`); p.Status != http.StatusBadRequest {
		t.Errorf("an unknown field: %d %s", p.Status, p.Body)
	}
	if all, err := s.budgets.List(t.Context(), s.acme.Actor(org.Admin)); err != nil || len(all) > 0 {
		t.Errorf("left behind: %v, %v", all, err)
	}
}

func TestMoreIsAskedForAndGrantedInTheAPI(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	one := "/api/v1/budgets/" + s.set(t, org.OfTeam(s.acme.Org.ID, s.acme.Team), 100*money.Dollar, budget.Hard).ID.String()
	admin, manager := s.house.Program(t, s.site, s.acme, org.Admin), s.house.Program(t, s.site, s.acme, org.Manager)
	p := manager.JSON("POST", one+"/grants", `{"kind":"borrow","amount":"50","reason":"the launch"}`)
	if p.Status != http.StatusCreated || !p.Has(`"kind":"borrow"`, `"amount":"50"`, `"state":"active"`, `"until":"20`, `"reason":"the launch"`) {
		t.Errorf("borrow: %d %s", p.Status, p.Body)
	}
	for body, want := range map[string]string{
		`{"kind":"increase","amount":"x","reason":"r"}`:                                `"field":"amount"`,
		`{"kind":"increase","amount":"0","reason":"r"}`:                                `"field":"amount"`,
		`{"kind":"increase","amount":"1"}`:                                             `"field":"reason"`,
		`{"kind":"increase","amount":"1","reason":"r","until":"tomorrow"}`:             `"field":"until"`,
		`{"kind":"increase","amount":"1","reason":"r","until":"2001-01-01T00:00:00Z"}`: `"field":"until"`,
		`{"kind":"increase","amount":"1","reason":"r","until":"9999-01-01T00:00:00Z"}`: `"field":"until"`,
		`{"kind":"borrow","amount":"1","reason":"r"}`:                                  `"code":"borrowing_open"`,
		`{"kind":"reserve","amount":"1","reason":"r"}`:                                 `"code":"forbidden"`,
		`{"kind":"repay","amount":"1","reason":"r"}`:                                   `"field":"kind"`,
	} {
		if p := manager.JSON("POST", one+"/grants", body); p.Status < 400 || p.Status >= 500 || !p.Has(want) {
			t.Errorf("%s: %d %s", body, p.Status, p.Body)
		}
	}
	p = manager.JSON("POST", one+"/requests", `{"amount":"20","reason":"the demo"}`)
	if p.Status != http.StatusCreated || !p.Has(`"state":"pending"`, `"amount":"20"`, `"can_decide":false`, `"decided_at":null`) {
		t.Fatalf("ask: %d %s", p.Status, p.Body)
	}
	ask := "/api/v1/budget-requests/" + field(t, p.Body, "id")
	if p = manager.JSON("POST", ask+"/approve", `{}`); p.Status != http.StatusForbidden || !p.Has("your own request") {
		t.Errorf("one's own request: %d %s", p.Status, p.Body)
	}
	if p = admin.Get("/api/v1/budget-requests?state=pending"); !p.Has(`"can_decide":true`, `"scope_label":"Team General"`) {
		t.Errorf("the admin's list: %s", p.Body)
	}
	for range 2 {
		if p = admin.JSON("POST", ask+"/approve", `{"amount":"15","note":"enough"}`); p.Status != 200 || !p.Has(`"state":"approved"`, `"note":"enough"`, `"grant":"alw_`) {
			t.Errorf("approve: %d %s", p.Status, p.Body)
		}
	}
	if p = admin.JSON("POST", ask+"/deny", `{}`); p.Status != http.StatusConflict || !p.Has(`"code":"already_decided"`) {
		t.Errorf("deny after it: %d %s", p.Status, p.Body)
	}
	if p = admin.Get(one); !p.Has(`"granted":"65"`, `"present":"165"`, `"left_usd":"165"`) {
		t.Errorf("the budget: %s", p.Body)
	}
	if p = admin.Get(one + "/grants"); strings.Count(p.Body, `"id"`) != 3 || !p.Has(`"amount":"-50"`, `"state":"due"`) {
		t.Errorf("grants: %s", p.Body)
	}
	if p = admin.Get(one + "/periods"); !p.Has(`"present":"165"`, `"granted":"65"`, `"spent":"0"`) {
		t.Errorf("periods: %s", p.Body)
	}
	if p = admin.Get(one + "/alerts"); p.Status != 200 || !p.Has(`"data":[]`) {
		t.Errorf("alerts: %s", p.Body)
	}
	if p = admin.Get("/api/v1/budget-requests?state=lost"); p.Status != http.StatusBadRequest {
		t.Errorf("an unknown state: %d", p.Status)
	}
}
