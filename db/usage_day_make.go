package db

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"time"

	"gorm.io/gorm"

	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/report"
	"github.com/bodhi-gateway/bodhi/app/usage"
)

// dayUnderWay is a day whose sheets are being made.
type dayUnderWay struct {
	usage.Step
	org   id.Org
	next  dayMarkRow
	made  usage.Step // what older sheets say of it
	old   []sheetRow
	gone  time.Time // attempts before it may be deleted
	right bool

	all, tags *sheet
	parts     map[string][]byte // by the hour
	hours     *sheet
	speed     paces
	loads     loads
	ends      *ends
	// loaded and ended say that loads and ends know everything of the day: not if older sheets lack them that it goes on from.
	loaded, ended bool
}

// errForgetting says that attempts began to be deleted while a day was made of them. The next run finds the day as it was.
var errForgetting = errors.New("db: attempts are being deleted; the day is made again")

// keepDay makes one day's sheets, unless they are right. What its hours' marks add up to is read first: what is posted between
// that and the end is in the sums or not, and moves the marks on either way. Hours are read one by one and added up between the
// transactions: a day of very many takes longer than a transaction may. The one that writes lets posting wait for a few inserts.
func (s *UsageStore) keepDay(ctx context.Context, o id.Org, day usage.Step) error {
	d := &dayUnderWay{Step: day, org: o, all: newSheet(hourOwn...), tags: newSheet(tagOwn...), hours: newSheet("hour"), speed: paces{}, loads: loads{}, ends: newEnds(), parts: map[string][]byte{}}
	if err := s.db.scoped(ctx, o, d.begin); err != nil || d.right {
		return err
	}
	if err := d.goOn(); err != nil {
		return err
	}
	for at := d.made.To; at.Before(d.To); {
		to := hourEnd(d.Step, nthHour(d.Step, at))
		part := usage.Step{From: at, To: to}
		if err := s.db.scoped(ctx, o, func(tx *gorm.DB) error { return d.read(tx, part) }); err != nil {
			return err
		}
		at = to
	}
	if err := s.db.scoped(ctx, o, d.readHours); err != nil {
		return err
	}
	if d.next.Parted = len(d.all.sums) > s.few; d.next.Parted {
		if err := s.fillHours(ctx, o, d); err != nil {
			return err
		}
	}
	sheets := d.sheets()
	return s.db.Do(ctx, func(ctx context.Context) error {
		return s.db.scoped(ctx, o, func(tx *gorm.DB) error {
			gone, err := goneBefore(tx, o)
			if err != nil {
				return err
			}
			if !gone.Equal(d.gone) {
				return errForgetting
			}
			return saveSheets(tx, d.next, d.made, sheets)
		})
	})
}

// begin finds out what there is of a day. One that is right up to some hour only lacks the hours since then.
func (d *dayUnderWay) begin(tx *gorm.DB) error {
	d.next = dayMarkRow{OrgID: d.org, Day: d.From.UTC(), Until: d.To.UTC(), FirstHour: d.From.UTC().Truncate(time.Hour), Edition: 1 + rand.Int64N(math.MaxInt64)}
	d.made = usage.Step{From: d.From, To: d.From}
	err := tx.Table("usage_marks").Select("COALESCE(SUM(version), 0)").Where("org_id = ? AND hour >= ? AND hour < ?", d.org, d.next.FirstHour, d.next.Until).Take(&d.next.Version).Error
	if err != nil {
		return err
	}
	good, err := goodDays(tx, d.org, d.Step)
	if d.right = len(good) == 1 && good[0] == d.Step; err != nil || d.right {
		return err
	}
	if len(good) == 1 && good[0].From.Equal(d.From) {
		d.made = good[0]
	}
	if d.gone, err = goneBefore(tx, d.org); err != nil {
		return err
	}
	dims := []string{wholeSheet, tagSheet, speedSheet, loadSheet, endSheet}
	if d.made.From.Before(d.made.To) {
		dims = append(dims, hourParts()...)
	}
	return tx.Where("org_id = ? AND day = ? AND dim IN ?", d.org, d.From.UTC(), dims).Find(&d.old).Error
}

// forgotten reports whether the day's attempts may be deleted: what sketches say of it then stays.
func (d *dayUnderWay) forgotten() bool { return d.From.Before(d.gone) }

// goOn begins with what older sheets say.
func (d *dayUnderWay) goOn() (err error) {
	some := d.made.From.Before(d.made.To)
	d.loaded = !some && !d.forgotten()
	d.ended = d.loaded
	for _, row := range d.old {
		switch {
		case row.Dim == speedSheet && (some || d.forgotten()):
			err = d.speed.merge(row.Content, func(k pace) (pace, bool) { return k, true })
		case row.Dim == loadSheet && (some || d.forgotten()):
			d.loaded = true
			err = d.loads.merge(row.Content, func(at loadPlace) (loadPlace, bool) { return at, true })
		case row.Dim == endSheet && (some || d.forgotten()):
			d.ended = true
			err = d.ends.merge(row.Content)
		case row.Dim == wholeSheet && some:
			err = d.all.merge(row.Content)
		case row.Dim == tagSheet && some:
			err = d.tags.merge(row.Content)
		case strings.HasPrefix(row.Dim, "hour:") && some:
			d.parts[row.Dim] = row.Content
		}
		if err != nil {
			return err
		}
	}
	d.old = nil
	return nil
}

// read adds a part of the day.
func (d *dayUnderWay) read(tx *gorm.DB, part usage.Step) error {
	if !d.forgotten() {
		if err := d.readFacts(tx, part); err != nil {
			return err
		}
	}
	if err := d.readHour(tx, part); err != nil {
		return err
	}
	return d.tags.read(tx, "usage_tags", d.org, part)
}

// readFacts adds what is in no hour's sums, from single attempts and requests.
func (d *dayUnderWay) readFacts(tx *gorm.DB, part usage.Step) error {
	if err := d.speed.read(tx, report.Reach{Org: d.org, All: true}, part); err != nil {
		return err
	}
	if d.loaded {
		if err := d.loads.read(tx, d.org, part, "", fmt.Sprintf("(attempts.input_tokens + %d) / %d", LoadStep-1, LoadStep)); err != nil {
			return err
		}
	}
	if !d.ended {
		return nil
	}
	slot := time.Hour
	if !d.From.Equal(d.From.UTC().Truncate(time.Hour)) {
		slot = quarterHour
	}
	return d.ends.read(tx, d.org, part, slot)
}

// quarterHour is how finely time is cut where days begin beside the hour.
const quarterHour = 15 * time.Minute
