package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/alecthomas/kong"

	"github.com/bodhi-gateway/bodhi/app/budget"
	"github.com/bodhi-gateway/bodhi/app/price"
)

// What the help of a flag names is what the server takes.
func TestTheHelpOfABudgetNamesItsPeriods(t *testing.T) {
	t.Parallel()
	var c commands
	parser, err := kong.New(&c, kong.Name("bodhi"), kong.Vars{"families": price.Families})
	if err != nil {
		t.Fatal(err)
	}
	looked := 0
	for _, group := range parser.Model.Children {
		for _, command := range group.Children {
			for _, f := range command.Flags {
				if group.Name != "budget" || f.Name != "period" {
					continue
				}
				looked++
				for _, p := range budget.Periods {
					if !strings.Contains(f.Help, string(p)) || strings.Contains(f.Help, "yearly") {
						t.Errorf("budget %s --period: %q, want %s", command.Name, f.Help, p)
					}
				}
			}
		}
	}
	if looked != 2 {
		t.Errorf("%d commands have a period", looked)
	}
}

// A budget that sends requests to a cheaper model has to say to which.
func TestABudgetThatDowngradesNamesTheModel(t *testing.T) {
	t.Parallel()
	for _, args := range [][]string{
		{"budget", "create", "100", "--enforcement", "downgrade", "--downgrade-to", "fast"},
		{"budget", "set", "bud_1", "--enforcement", "downgrade", "--downgrade-to", "fast"},
	} {
		var in struct {
			Enforcement string
			DowngradeTo string `json:"downgrade_to"`
		}
		s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			w.Header().Set("ETag", `"1"`)
			if r.Method != http.MethodGet {
				_ = json.NewDecoder(r.Body).Decode(&in)
			}
			_, _ = fmt.Fprint(w, `{"id":"bud_1","measure":"usd"}`)
		}))
		var out, wrong bytes.Buffer
		code := run(context.Background(), append(args, "--url", s.URL, "--token", "bdt_x"), &out, &wrong)
		s.Close()
		if code != 0 || in.Enforcement != "downgrade" || in.DowngradeTo != "fast" {
			t.Errorf("%v: exit %d, %s; sent %+v", args, code, &wrong, in)
		}
	}
}
