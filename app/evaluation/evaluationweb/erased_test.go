package evaluationweb_test

import (
	"fmt"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/bodhi-gateway/bodhi/app/compliance"
	"github.com/bodhi-gateway/bodhi/app/evaluation"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/web/webtest"
	"github.com/bodhi-gateway/bodhi/db"
)

// Rows of an erased person leave gaps in the numbers; the links of the pages lead over them to the last row.
func TestPagesLeadToTheLastRowWhereSomeAreErased(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	gone, actor := s.acme.Members[org.Viewer].ID, s.acme.Actor(org.Developer)
	rows := make([]evaluation.Row, 120)
	for i := range rows {
		rows[i] = evaluation.Row{Messages: []evaluation.Message{{Role: "user", Content: fmt.Sprintf("question %d.", i+1)}}}
		if i < 60 {
			rows[i].Member = gone
		}
	}
	set, err := s.tests.Create(t.Context(), actor, evaluation.Input{Name: "Geo", Visibility: evaluation.Private}, rows)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.NewComplianceStore(s.db).Erase(t.Context(), compliance.Person{Org: s.acme.Org.ID, Member: gone, Email: "gone@acme.test", Name: "Gone"}); err != nil {
		t.Fatal(err)
	}
	browser, seen := webtest.As(t, s.site, s.acme.Members[org.Developer]), ""
	one, at := "/datasets/"+set.ID.String(), 0
	for more := true; more; {
		p := browser.Get(fmt.Sprintf("%s?after=%d", one, at))
		if p.Status != http.StatusOK {
			t.Fatalf("behind %d: %d", at, p.Status)
		}
		seen += p.Body
		more = false
		for _, m := range regexp.MustCompile(one+`\?after=(\d+)"`).FindAllStringSubmatch(p.Body, -1) {
			if to, _ := strconv.Atoi(m[1]); to > at {
				at, more = to, true
			}
		}
	}
	for i := 61; i <= 120; i++ {
		if !strings.Contains(seen, fmt.Sprintf("question %d.", i)) {
			t.Errorf("row %d is on no page", i)
		}
	}
}
