package route_test

import (
	"testing"

	"github.com/bodhi-gateway/bodhi/app/route"
)

func TestRowsAndConditionsAreTheSame(t *testing.T) {
	t.Parallel()
	for _, when := range []string{
		`true`, `team == "Support"`, `input_tokens > 100000 and not stream`, `hour < 6 or hour >= 22 or holiday`, `weekday in ["sat", "sun"]`, `not (team in ["A", "B"]) and role != "viewer"`,
		`between(time, "09:00", "17:00")`, `not between(time, "22:00", "06:00") and workday`, `tags.project == "apollo"`, `tags["cost-center"] in ["1", "2"] and attributes.title contains "Lead"`,
		`member matches "^a.*\\.test$"`, `budget_used >= 80 and key startsWith "ci" and purpose endsWith "x"`, `model == "say \"hi\""`, `hour in [1, 2]`, `max_tokens == -1`,
	} {
		rows, ok := route.RowsOf(when)
		if !ok {
			t.Errorf("%s has no rows", when)
		} else if got := rows.Condition(); got != when {
			t.Errorf("%s became %s by %+v", when, got, rows)
		}
	}
	for _, when := range []string{`team == "a" and (hour == 1 or hour == 2)`, `len(session) > 3`, `lower(team) == "x"`, `input_tokens > max_tokens`, `not (hour == 3)`, `team in ["a,b"]`, `hour +`, `tags["a=b"] == "c"`, `false`,
		`department in ["", "Sales"]`, `client in [""]`, `team in [" a"]`, `tags.x in ["a", "b "]`, `tags[" a"] == "c"`} {
		if rows, ok := route.RowsOf(when); ok {
			t.Errorf("%s became %+v, which says %s", when, rows, rows.Condition())
		}
	}
}
