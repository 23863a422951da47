package operator

import (
	"context"
	"fmt"
	"strings"
	"sync/atomic"
	"time"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/live"
)

// Topic says on the bus that what holds for the installation changed.
const Topic live.Topic = "installation"

// BackupDays is after how many days without a backup it is said that there should be one, unless somebody chose.
const BackupDays = 7

// Settings are what operators set while the gateway serves. The zero value is how an installation begins.
type Settings struct {
	// SignUpClosed lets nobody found an organization on the page; the command line still can.
	SignUpClosed bool `json:"sign_up_closed"`
	// Announcement stands on top of every page; "" is none.
	Announcement string `json:"announcement"`
	// BackupDays is after how many days without a backup doctor and the console warn; 0 = BackupDays.
	BackupDays int `json:"backup_days"`
	// Defaults hold for organizations that set nothing themselves.
	Defaults
}

// Warn is after how many days without a backup to warn.
func (s Settings) Warn() int {
	if s.BackupDays > 0 {
		return s.BackupDays
	}
	return BackupDays
}

// Board holds the settings in memory, for pages; a mirror loads it on every node. The zero Board has none.
type Board struct{ now atomic.Pointer[Settings] }

// Load puts settings in use.
func (b *Board) Load(s Settings) error { b.now.Store(&s); return nil }

// Get is what holds now.
func (b *Board) Get() Settings {
	if s := b.now.Load(); s != nil {
		return *s
	}
	return Settings{}
}

const (
	maxAnnouncement = 200
	maxBackupDays   = 365
)

// Settings are what holds now, as stored.
func (s *Service) Settings(ctx context.Context, w Who) (Settings, error) {
	if err := w.require(); err != nil {
		return Settings{}, err
	}
	return s.Store.Settings(ctx)
}

// Set changes them, on every node within a second.
func (s *Service) Set(ctx context.Context, w Who, in Settings) error {
	if err := w.require(); err != nil {
		return err
	}
	in.Announcement = strings.Join(strings.Fields(in.Announcement), " ")
	if len([]rune(in.Announcement)) > maxAnnouncement {
		return fault.Field("announcement", fmt.Sprintf("Use at most %d characters; leave it empty for no announcement.", maxAnnouncement))
	}
	if in.BackupDays < 0 || in.BackupDays > maxBackupDays {
		return fault.Field("backup_days", fmt.Sprintf("Use 1 to %d days.", maxBackupDays))
	}
	if err := in.Defaults.check(); err != nil {
		return err
	}
	err := s.Tx.Do(ctx, func(ctx context.Context) error {
		before, err := s.Store.Settings(ctx)
		if err != nil || before.whole() == in.whole() {
			return err
		}
		if err := s.Store.SetSettings(ctx, in); err != nil {
			return err
		}
		return s.write(ctx, w, "installation.changed", id.Org{}, "", changed(before, in))
	})
	if err != nil {
		return fmt.Errorf("set the installation's settings: %w", err)
	}
	if err := s.Bus.Publish(ctx, Topic); err != nil {
		s.Log.WarnContext(ctx, "publish failed, readers will poll", "topic", string(Topic), "error", err.Error())
	}
	return nil
}

// changed says in words what is different.
func changed(before, after Settings) string {
	var out []string
	if before.SignUpClosed != after.SignUpClosed {
		out = append(out, map[bool]string{true: "sign-up closed", false: "sign-up open"}[after.SignUpClosed])
	}
	if before.Announcement != after.Announcement {
		out = append(out, "announcement: "+after.Announcement)
	}
	if before.Warn() != after.Warn() {
		out = append(out, fmt.Sprintf("warn after %d days without a backup", after.Warn()))
	}
	return strings.Join(append(out, before.Defaults.changed(after.Defaults)...), "; ")
}

// Backup is one that was written whole.
type Backup struct {
	At      time.Time
	Version string
	Rows    int64
}

// Overdue says in a sentence that a backup should be made, or "". all are the newest first.
func Overdue(all []Backup, s Settings, now time.Time) string {
	if len(all) == 0 {
		return "No backup was ever made with bodhi backup."
	}
	if days := int(now.Sub(all[0].At) / (24 * time.Hour)); days >= s.Warn() {
		age := fmt.Sprintf("%d days", days)
		if days == 1 {
			age = "a day"
		}
		return fmt.Sprintf("The last backup is %s old; it should be younger than %d.", age, s.Warn())
	}
	return ""
}

// BackedUp notes a backup, for the command line.
func (s *Service) BackedUp(ctx context.Context, b Backup) error { return s.Store.AddBackup(ctx, b) }

// Backups are the newest.
func (s *Service) Backups(ctx context.Context, w Who, limit int) ([]Backup, error) {
	if err := w.require(); err != nil {
		return nil, err
	}
	return s.Store.Backups(ctx, limit)
}

// Node is a process of the installation.
type Node struct {
	ID        id.Node
	Label     string
	Version   string
	StartedAt time.Time
	SeenAt    time.Time
	LeftAt    time.Time // zero while it runs
	PostedAt  time.Time // when its journal was last posted to the books; zero = never
}

// Queue is how the job queue stands.
type Queue struct {
	Waiting, Failed int64     // ready to run now; given up
	Oldest          time.Time // since when the oldest of those waits; zero = none
}

// ChangeJobs notes that the operator changes the job queue by its own pages, before that happens.
func (s *Service) ChangeJobs(ctx context.Context, w Who, what string) error {
	if err := w.require(); err != nil {
		return err
	}
	return s.Tx.Do(ctx, func(ctx context.Context) error { return s.write(ctx, w, "jobs.changed", id.Org{}, what, "") })
}

// Nodes are the processes that are known, the running first.
func (s *Service) Nodes(ctx context.Context, w Who) ([]Node, error) {
	if err := w.require(); err != nil {
		return nil, err
	}
	return s.Store.Nodes(ctx)
}

// Queue is how the job queue stands.
func (s *Service) Queue(ctx context.Context, w Who) (Queue, error) {
	if err := w.require(); err != nil {
		return Queue{}, err
	}
	return s.Store.Queue(ctx)
}
