package app

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/bodhi-gateway/bodhi/app/audit"
	"github.com/bodhi-gateway/bodhi/app/key"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/web"
	"github.com/bodhi-gateway/bodhi/db/dbtest"
)

// tongues are one path of each family, with where its clients put a key and a part of its own shape of an error.
var tongues = []struct{ name, path, header, shape string }{
	{"OpenAI", "/v1/chat/completions", "Authorization", `"error":{`},
	{"Responses", "/v1/responses", "Authorization", `"error":{`},
	{"Anthropic", "/v1/messages", "X-Api-Key", `"type":"error"`},
	{"Gemini", "/v1beta/models/smart:generateContent", "X-Goog-Api-Key", `"status":"PERMISSION_DENIED"`},
	{"Bedrock", "/model/smart/converse", "Authorization", `"message":`},
	{"Bedrock's invoke", "/model/smart/invoke", "Authorization", `"message":`},
	{"embeddings", "/v1/embeddings", "Authorization", `"error":{`},
	{"lists", "/v1/batches", "Authorization", `"error":{`},
}

// TestASuspendedOrganizationsKeysOpenNothingInAnyDialect suspends one of two organizations, and resumes it.
func TestASuspendedOrganizationsKeysOpenNothingInAnyDialect(t *testing.T) {
	t.Parallel()
	t.Run("sqlite", func(t *testing.T) { t.Parallel(); suspends(t, operate(t, dbtest.SQLiteURL(t))) })
	t.Run("postgres", func(t *testing.T) { t.Parallel(); suspends(t, operate(t, dbtest.PostgresURL(t))) })
}

func suspends(t *testing.T, o operated) {
	ctx, a := t.Context(), o.a
	admin := org.System(o.s.Home.Org, "test")
	teams, err := a.people.Teams(ctx, admin)
	must(t, err)
	made, err := a.keys.Create(ctx, admin, key.Input{Name: "app", Team: teams[0].ID, Account: "app"})
	must(t, err)
	secret := made.Secret.Reveal()
	load := func() {
		records, err := a.keyStore.Records(ctx, a.clock.Now().Add(-key.Remembered))
		must(t, err)
		must(t, a.desk.Load(records))
	}
	refused := func() (n int) {
		for _, x := range tongues {
			q := httptest.NewRequest(http.MethodPost, x.path, strings.NewReader(`{"model":"smart"}`))
			q.Header.Set("Content-Type", "application/json")
			q.Header.Set(x.header, map[bool]string{true: "Bearer "}[x.header == "Authorization"]+secret)
			w := httptest.NewRecorder()
			a.handler.ServeHTTP(w, q)
			if w.Code != http.StatusForbidden || !strings.Contains(w.Body.String(), "is suspended by whoever runs this gateway") {
				continue
			}
			if n++; !strings.Contains(w.Body.String(), x.shape) || strings.Contains(w.Body.String(), "not paid") {
				t.Errorf("%s: %s", x.name, w.Body)
			}
		}
		return n
	}
	load()
	if n := refused(); n != 0 {
		t.Fatalf("%d families refuse an organization that is not suspended", n)
	}
	told, stop := context.WithCancel(ctx)
	defer stop()
	heard := a.bus.Subscribe(told)
	path := web.OperatorRoot + "/tenants/" + o.s.Home.Org.String()
	if w := o.in(http.MethodPost, path+"/suspend", url.Values{"reason": {" "}}); w.Code != http.StatusUnprocessableEntity || !strings.Contains(w.Body.String(), "Say why") {
		t.Errorf("without a reason: %d", w.Code)
	}
	for i, want := range []int{http.StatusSeeOther, http.StatusUnprocessableEntity} {
		if w := o.in(http.MethodPost, path+"/suspend", url.Values{"reason": {"not paid"}}); w.Code != want {
			t.Fatalf("suspend, time %d: %d %s", i+1, w.Code, w.Body)
		}
	}
	select {
	case topic := <-heard:
		if topic != "keys" {
			t.Errorf("told of %q", topic)
		}
	case <-time.After(10 * time.Second):
		t.Error("no node was told")
	}
	load()
	if n := refused(); n != len(tongues) {
		t.Errorf("%d families of %d refuse", n, len(tongues))
	}
	home := o.ask(http.MethodGet, "/budgets", nil, func(q *http.Request) { o.s.As(t, q, org.Viewer) })
	if !strings.Contains(home.Body.String(), "is suspended by whoever runs this installation") || !strings.Contains(home.Body.String(), "not paid") {
		t.Errorf("a viewer's page does not say why: %d", home.Code)
	}
	log, err := a.audit.Search(ctx, admin, audit.Query{Action: "organization.suspended"})
	must(t, err)
	if len(log) != 1 || log[0].Actor != "operator: Olga" || log[0].Via != org.ViaOperator || log[0].IP != "192.0.2.1" {
		t.Errorf("the organization's own log: %+v", log)
	}
	if w := o.in(http.MethodPost, path+"/resume", nil); w.Code != http.StatusSeeOther {
		t.Fatalf("resume: %d %s", w.Code, w.Body)
	}
	load()
	if n := refused(); n != 0 {
		t.Errorf("%d families refuse after it was resumed", n)
	}
	o.deletes(path)
}

// deletes ends an organization by its typed name, after which its data key is gone.
func (o operated) deletes(path string) {
	o.a.unheld(o.t, o.s.Home.Org)
	if w := o.in(http.MethodPost, path+"/delete", url.Values{"name": {"acme"}}); w.Code != http.StatusUnprocessableEntity {
		o.t.Errorf("another name: %d", w.Code)
	}
	if w := o.in(http.MethodPost, path+"/delete", url.Values{"name": {"Acme"}}); w.Code != http.StatusSeeOther {
		o.t.Fatalf("delete: %d %s", w.Code, w.Body)
	}
	if w := o.in(http.MethodGet, path, nil); w.Code != http.StatusOK || !strings.Contains(w.Body.String(), "Deleted") {
		o.t.Errorf("afterwards: %d", w.Code)
	}
	if w := o.in(http.MethodPost, path+"/suspend", url.Values{"reason": {"x"}}); w.Code != http.StatusUnprocessableEntity && w.Code != http.StatusConflict {
		o.t.Errorf("suspend one that was deleted: %d", w.Code)
	}
	keys, err := o.a.orgKeys.OrgKeys(o.t.Context(), o.s.Home.Org)
	if err != nil || len(keys) != 0 {
		o.t.Errorf("its data keys: %d, %v", len(keys), err)
	}
}
