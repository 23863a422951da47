package db

import (
	"context"
	"errors"
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
	speed     paces
}

// errForgetting says that attempts began to be deleted while a day was made of them. The next run finds the day as it was.
var errForgetting = errors.New("db: attempts are being deleted; the day is made again")

// keepDay makes one day's sheets, unless they are right. What its hours' marks add up to is read first: what is posted between
// that and the end is in the sums or not, and moves the marks on either way. Hours are read one by one and added up between the
// transactions: a day of very many takes longer than a transaction may. The one that writes lets posting wait for a few inserts.
func (s *UsageStore) keepDay(ctx context.Context, o id.Org, day usage.Step) error {
	d := &dayUnderWay{Step: day, org: o, all: newSheet(hourOwn...), tags: newSheet(tagOwn...), speed: paces{}}
	if err := s.db.scoped(ctx, o, d.begin); err != nil || d.right {
		return err
	}
	if err := d.goOn(); err != nil {
		return err
	}
	for at := d.made.To; at.Before(d.To); {
		to := at.UTC().Truncate(time.Hour).Add(time.Hour)
		if to.After(d.To) {
			to = d.To
		}
		part := usage.Step{From: at, To: to}
		if err := s.db.scoped(ctx, o, func(tx *gorm.DB) error { return d.read(tx, part) }); err != nil {
			return err
		}
		at = to
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
	d.next = dayMarkRow{OrgID: d.org, Day: d.From.UTC(), Until: d.To.UTC(), FirstHour: d.From.UTC().Truncate(time.Hour)}
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
	return tx.Where("org_id = ? AND day = ? AND dim IN ?", d.org, d.From.UTC(), []string{wholeSheet, tagSheet, speedSheet}).Find(&d.old).Error
}

// forgotten reports whether the day's attempts may be deleted: what sketches say of it then stays.
func (d *dayUnderWay) forgotten() bool { return d.From.Before(d.gone) }

// goOn begins with what older sheets say.
func (d *dayUnderWay) goOn() (err error) {
	some := d.made.From.Before(d.made.To)
	for _, row := range d.old {
		switch {
		case row.Dim == speedSheet && (some || d.forgotten()):
			err = d.speed.merge(row.Content, func(k pace) (pace, bool) { return k, true })
		case row.Dim == wholeSheet && some:
			err = d.all.merge(row.Content)
		case row.Dim == tagSheet && some:
			err = d.tags.merge(row.Content)
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
		if err := d.speed.read(tx, report.Reach{Org: d.org, All: true}, part); err != nil {
			return err
		}
	}
	if err := d.all.read(tx, "usage_hours", d.org, part); err != nil {
		return err
	}
	return d.tags.read(tx, "usage_tags", d.org, part)
}

// sheets are all sheets of the day.
func (d *dayUnderWay) sheets() []sheetRow {
	out := []sheetRow{}
	add := func(dim string, content []byte) { out = append(out, sheetRow{d.org, d.From.UTC(), dim, content}) }
	some := func(dim string, s *sheet) {
		if len(s.sums) > 0 {
			add(dim, s.encode())
		}
	}
	some(wholeSheet, d.all)
	some(tagSheet, d.tags)
	some("", d.all.by())
	for _, dim := range usage.Dims {
		some(string(dim), d.all.by(keptColumns[dim]))
	}
	if speed := d.speed.encode(); len(speed) > 0 {
		add(speedSheet, speed)
	}
	return out
}
