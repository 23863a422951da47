package mail_test

import (
	"errors"
	"testing"
	"time"

	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/mail"
	"github.com/bodhi-gateway/bodhi/db"
	"github.com/bodhi-gateway/bodhi/db/dbtest"
)

// A process that is killed in the last try says nothing, and the queue lets the letter go: "still being tried" would stand there for months.
func TestALetterThatNobodyTriesAnyMoreIsGivenUp(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h, o, order := office(t, d)
		store := db.NewMailStore(d)
		made := func(once string) id.Mail {
			m := mail.Mail{ID: id.NewMail(h.IDs), Order: order, CreatedAt: h.Clock.Now()}
			m.Once = once
			if fresh, err := store.Add(t.Context(), m); err != nil || !fresh {
				t.Fatal(fresh, err)
			}
			return m.ID
		}
		tried, untried, sent, refused := made("tried"), made("untried"), made("sent"), made("refused")
		h.Clock.Advance(47 * time.Hour)
		late := made("late")
		for _, m := range []id.Mail{tried, sent, refused, late} {
			if err := errors.Join(store.Tried(t.Context(), order.Org, m), store.Failed(t.Context(), order.Org, m, "the server is away", time.Time{})); err != nil {
				t.Fatal(err)
			}
		}
		if err := errors.Join(store.Sent(t.Context(), order.Org, sent, h.Clock.Now()), store.Failed(t.Context(), order.Org, refused, "no such user", h.Clock.Now())); err != nil {
			t.Fatal(err)
		}
		h.Clock.Advance(2 * time.Hour)
		if err := o.Courier.Sweep(t.Context()); err != nil {
			t.Fatal(err)
		}
		for _, c := range []struct {
			name    string
			m       id.Mail
			dropped bool
			problem string
		}{
			{"tried to the last", tried, true, "the program ended during its last try"}, {"not tried yet, as the queue stood still", untried, false, ""}, {"sent", sent, false, ""},
			{"refused before", refused, true, "no such user"}, {"tried a while ago", late, false, "the server is away"},
		} {
			if got, ok, err := store.Mail(t.Context(), order.Org, c.m); err != nil || !ok || !got.DroppedAt.IsZero() != c.dropped || got.Problem != c.problem {
				t.Errorf("%s: %+v, %v", c.name, got, err)
			}
		}
	})
}
