package db

import (
	"cmp"
	"context"
	"slices"
	"strconv"
	"strings"

	"gorm.io/gorm"

	"github.com/bodhi-gateway/bodhi/app/compliance"
)

// mostOthers bounds how many words of others are spared: each is looked for in every text, in every spelling.
const mostOthers = 20

// calledColumns hold what people are called, each as a whole.
var calledColumns = []struct{ table, column string }{
	{"members", "email"}, {"members", "name"}, {"scim_users", "email"}, {"scim_users", "user_name"}, {"scim_users", "name"}, {"invitations", "email"}, {"applicants", "email"}, {"mails", "recipient"},
}

// Others implements compliance.Store.
func (s *ComplianceStore) Others(ctx context.Context, p compliance.Person) (out []string, err error) {
	err = s.db.scoped(ctx, p.Org, func(tx *gorm.DB) error {
		for _, c := range calledColumns {
			there, values := make([]string, 0), []any{p.Org, p.Called()}
			for _, w := range p.Words() {
				there, values = append(there, "replace("+c.column+", ?, '') <> "+c.column), append(values, w[0])
			}
			var found []string
			query := "SELECT DISTINCT " + c.column + " FROM " + c.table + " WHERE org_id = ? AND " + c.column + " NOT IN ? AND (" + strings.Join(there, " OR ") + ") LIMIT ?"
			if err := tx.Session(&gorm.Session{}).Raw(query, append(values, mostOthers)...).Scan(&found).Error; err != nil {
				return err
			}
			out = append(out, found...)
		}
		return nil
	})
	out = slices.DeleteFunc(out, func(o string) bool {
		return slices.ContainsFunc(p.Called(), func(own string) bool { return strings.EqualFold(o, own) })
	})
	slices.SortFunc(out, func(a, b string) int { return cmp.Or(len(b)-len(a), strings.Compare(a, b)) })
	out = slices.Compact(out)
	return out[:min(len(out), mostOthers)], err
}

// rewritten is a text with other words in the place of the person's, and the values that it takes. Words of others in which the
// person's stand are put away meanwhile, under marks that no text has.
func (e *eraser) rewritten(text string) (value string, values []any) {
	value = text
	put := func(from, to string) {
		value, values = "replace("+value+", ?, ?)", append(values, from, to)
	}
	spared := e.p.Spared()
	mark := func(i int) string { return "\x1f" + strconv.Itoa(i) + "\x1f" }
	for i, w := range spared {
		put(w[0], mark(i))
	}
	for _, w := range e.p.Words() {
		put(w[0], w[1])
	}
	for i, w := range spared {
		put(mark(i), w[1])
	}
	return value, values
}
