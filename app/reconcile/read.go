package reconcile

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/bodhi-gateway/bodhi/app/audit"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/money"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/provider"
)

const (
	// lateDays is how long providers are known to amend a day: so many days before today are read again every night.
	lateDays = 7
	// mostDays is how far back nights that failed are made up for: what providers give in one page.
	mostDays = 31
	maxPages = 40
	maxPage  = 8 << 20
	timeout  = 60 * time.Second
)

// Nightly reads all reports. What goes wrong with one account is written beside it and stops no other; an error is a
// failure of our own database.
func (s *Service) Nightly(ctx context.Context) error {
	all, err := s.Store.AllCredentials(ctx)
	if err != nil {
		return fmt.Errorf("reconcile: list credentials: %w", err)
	}
	var failed error
	for _, c := range all {
		if err := s.read(ctx, c); err != nil {
			failed = errors.Join(failed, err)
		}
	}
	return failed
}

// ReadNow reads one connection's report at once, and says what was wrong with it.
func (s *Service) ReadNow(ctx context.Context, actor org.Actor, c id.Connection) error {
	if err := actor.Require(MayChange); err != nil {
		return err
	}
	r, _, err := s.account(ctx, actor.Org, c)
	if err != nil {
		return err
	}
	credential, err := s.Store.Credential(ctx, actor.Org, c)
	if err == nil {
		err = s.read(ctx, credential)
	}
	if err == nil {
		err = s.Audit.Append(ctx, actor, audit.Entry{Action: "reconcile.read", Target: c.String(), TargetName: r.Name})
	}
	if err != nil {
		return public(err)
	}
	credential, err = s.Store.Credential(ctx, actor.Org, c)
	if err == nil && credential.Trouble != "" {
		return fault.New(fault.Upstream, "report_failed", credential.Trouble)
	}
	return public(err)
}

// read fetches an account's report and saves its days. What the provider gets wrong is noted, and is no error.
func (s *Service) read(ctx context.Context, c Credential) error {
	r, src, err := s.account(ctx, c.Org, c.Connection)
	if err != nil {
		return fmt.Errorf("reconcile: %s: %w", c.Connection, err)
	}
	until := s.today()
	from, err := s.from(ctx, c, until)
	if err != nil {
		return err
	}
	days, err := s.fetch(ctx, c, r, src, from, until)
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if err != nil {
		s.Log.WarnContext(ctx, "a cost report was not read", "connection", c.Connection.String(), "reason", err.Error())
		return s.Store.Noted(ctx, c.Org, c.Connection, s.Clock.Now().UTC(), "The cost report could not be read: "+clip(err.Error(), 300)+".")
	}
	for at := from; at.Before(until); at = at.AddDate(0, 0, 1) {
		if err := s.save(ctx, c, DateOf(at), days[DateOf(at)]); err != nil {
			return err
		}
	}
	return s.Store.Noted(ctx, c.Org, c.Connection, s.Clock.Now().UTC(), "")
}

// from is the first day to read: a week back from the last day that is known, so that nights whose reading failed leave no hole. Days whose
// attempts may be deleted stay as they were read: ours would be nothing, and the provider's all missing.
func (s *Service) from(ctx context.Context, c Credential, today time.Time) (time.Time, error) {
	oldest, from := today.AddDate(0, 0, -mostDays), today.AddDate(0, 0, -lateDays)
	gone, err := s.Store.Gone(ctx, c.Org)
	if err != nil {
		return from, err
	}
	if gone.After(oldest) {
		oldest = DateOf(gone.Add(24*time.Hour - 1)).Start()
	}
	last, err := s.Store.Days(ctx, c.Org, c.Connection, DateOf(today.AddDate(-1, 0, -mostDays)), 1)
	if err != nil {
		return from, err
	}
	if len(last) > 0 {
		if known := last[0].Day.Start().AddDate(0, 0, 1-lateDays); known.Before(from) {
			from = known
		}
	}
	if from.Before(oldest) {
		from = oldest
	}
	return from, nil
}

// save puts a day of both books side by side, in one transaction, so that a day is replaced as a whole.
func (s *Service) save(ctx context.Context, c Credential, day Date, theirs []Line) error {
	return s.Tx.Do(ctx, func(ctx context.Context) error {
		ours, attempts, err := s.Store.Ours(ctx, c.Org, c.Connection, day)
		if err != nil {
			return err
		}
		d := Day{Connection: c.Connection, Day: day, Attempts: attempts, ReadAt: s.Clock.Now().UTC(), OurLines: ours, TheirLines: theirs}
		if d.Ours, err = total(ours); err != nil {
			return err
		}
		if d.Theirs, err = total(theirs); err != nil {
			return err
		}
		return s.Store.Save(ctx, c.Org, d, id.NewCorrection(s.IDs))
	})
}

func total(lines []Line) (sum money.USD, err error) {
	for _, l := range lines {
		if sum, err = sum.Add(l.Cost); err != nil {
			return 0, err
		}
	}
	return sum, nil
}

// fetch reads all pages of a report.
func (s *Service) fetch(ctx context.Context, c Credential, r provider.ConnectionRecord, src source, from, until time.Time) (map[Date][]Line, error) {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	key, err := s.Vault.Open(ctx, c.Org, sealedTable, sealedColumn, binding(r), c.Sealed)
	if err != nil {
		return nil, errors.New("its key cannot be opened; the connection's address changed since it was set. Set the key again")
	}
	base := r.BaseURL
	if base == "" {
		o, _ := provider.OfferingOf(r.Kind)
		base = o.BaseURL
	}
	q := query{base: base, key: key, narrow: c.Narrow, from: from, until: until}
	days := map[Date]*bucket{}
	for range maxPages {
		body, err := s.page(ctx, src, q)
		if err != nil {
			return nil, err
		}
		found, next, err := src.read(body, c.Narrow)
		if err != nil {
			return nil, err
		}
		for _, b := range found {
			if days[b.day] == nil {
				days[b.day] = &bucket{day: b.day}
			}
			for _, l := range b.lines {
				days[b.day].add(l.Item, l.Cost)
			}
		}
		if next == "" {
			out := make(map[Date][]Line, len(days))
			for day, b := range days {
				out[day] = b.lines
			}
			return out, nil
		}
		if next == q.page {
			return nil, errors.New("the provider gives the same page again and again")
		}
		q.page = next
	}
	return nil, fmt.Errorf("it has more than %d pages", maxPages)
}

func (s *Service) page(ctx context.Context, src source, q query) ([]byte, error) {
	request, err := src.request(ctx, q)
	if err != nil {
		return nil, err
	}
	resp, err := s.Out.RoundTrip(request)
	if err != nil {
		return nil, reason(err)
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxPage+1))
	if err != nil {
		return nil, err
	}
	switch {
	case len(body) > maxPage:
		return nil, errors.New("a page of it is larger than 8 MiB")
	case resp.StatusCode == http.StatusUnauthorized || resp.StatusCode == http.StatusForbidden:
		return nil, fmt.Errorf("the provider refused the key (status %d); it takes an admin key of the account", resp.StatusCode)
	case resp.StatusCode != http.StatusOK:
		return nil, fmt.Errorf("the provider answered with status %d", resp.StatusCode)
	}
	return body, nil
}

// reason is the end of an error chain: the part a person understands.
func reason(err error) error {
	for {
		next := errors.Unwrap(err)
		if next == nil {
			return err
		}
		err = next
	}
}

func clip(s string, n int) string {
	if len(s) > n {
		return s[:n] + "…"
	}
	return s
}
