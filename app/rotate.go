package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strings"

	"github.com/bodhi-gateway/bodhi/app/provider"
	"github.com/bodhi-gateway/bodhi/app/secret"
)

// Rotation is what bodhi rotate-kek did.
type Rotation struct {
	Master  string `json:"master_key"` // the name of the key that everything is under now
	Keys    int    `json:"data_keys"`
	Changed int    `json:"rewrapped"`
	Peppers int    `json:"older_master_keys"` // whose hashes are still recognised
	// Made says that a new master key was made; Resumed, that a rotation which was cut off before was ended.
	Made    bool `json:"made"`
	Resumed bool `json:"resumed"`
	// Forgotten counts the other keys that were taken out of the file.
	Forgotten int `json:"forgotten"`
	// Others are how many configured keys nothing needs any more.
	Others int `json:"others"`
}

// RotateKEK puts every data key under another master key, beside any number of serving processes. Where the key is in the data
// directory it makes the next one there; elsewhere it takes the configured one, which the others have to be configured beside.
// Cut off anywhere, it goes on where it was when it is run again. forget takes the keys before it out of the file at the end. said
// is told how far it is. In one data directory there is one at a time: two would write the file over each other.
func RotateKEK(ctx context.Context, cfg Config, log *slog.Logger, forget bool, said func(done, of int)) (Rotation, error) {
	if forget && !cfg.ownsMasterKey() {
		return Rotation{}, errors.New("--forget is for a key in the data directory; take yours out of BODHI_OTHER_MASTER_KEYS once this command says that nothing needs it")
	}
	if err := kept(cfg); err != nil {
		return Rotation{}, err
	}
	if cfg.ownsMasterKey() { // before the key is read: another rotation might be replacing it
		held, err := alone(cfg.DataDir)
		if err != nil {
			return Rotation{}, fmt.Errorf("rotate the master key: %w", err)
		}
		defer func() { _ = held.Close() }()
	}
	c, err := openKept(ctx, cfg, log, false)
	if err != nil {
		return Rotation{}, err
	}
	defer func() { _ = c.db.Close() }()
	var out Rotation
	stale, err := c.keyring.Stale(ctx)
	if err != nil {
		return out, err
	}
	out.Resumed = stale > 0 && cfg.ownsMasterKey()
	if cfg.ownsMasterKey() && stale == 0 && !forget {
		if err := cfg.nextMasterKey(nil); err != nil {
			return out, err
		}
		out.Made = true
	}
	if cfg.ownsMasterKey() {
		if err := c.relearn(ctx); err != nil {
			return out, err
		}
	}
	did, err := c.keyring.Rewrap(ctx, c.db, said)
	out.Master, out.Keys, out.Changed, out.Peppers = did.Master.String(), did.Keys, did.Changed, did.Peppers
	if err != nil {
		return out, err
	}
	if err := c.bus.Publish(ctx, provider.Topic); err != nil {
		return out, fmt.Errorf("tell the serving processes: %w", err)
	}
	if forget {
		out.Forgotten, err = cfg.forgetMasterKeys()
		return out, err
	}
	_, others, _, err := cfg.LoadMasterKey(nil)
	out.Others = len(others)
	return out, err
}

// relearn takes up what the file says now, and has serving processes do so before anything needs it.
func (c *core) relearn(ctx context.Context) error {
	text, others, _, err := c.cfg.LoadMasterKey(nil)
	if err != nil {
		return err
	}
	if err := c.master.Learn(text, others...); err != nil {
		return err
	}
	return c.bus.Publish(ctx, provider.Topic)
}

// followMasterKey has this process learn of a rotation that another one makes, where the key is in a file of ours.
func (c *core) followMasterKey() {
	if !c.cfg.ownsMasterKey() {
		return
	}
	c.master.Follow(func() ([]secret.String, error) {
		text, others, _, err := c.cfg.LoadMasterKey(nil)
		return append([]secret.String{text}, others...), err
	})
}

// nextMasterKey puts a fresh key in front of those in the file.
func (c Config) nextMasterKey(random io.Reader) error {
	path := filepath.Join(c.DataDir, masterKeyFile)
	keys, err := readMasterKeys(path)
	if err != nil {
		return err
	}
	fresh, err := secret.GenerateMaster(random)
	if err != nil {
		return err
	}
	return writeMasterKeys(path, append([]secret.String{fresh}, keys...))
}

// forgetMasterKeys leaves only the key that seals in the file, and says how many went.
func (c Config) forgetMasterKeys() (int, error) {
	path := filepath.Join(c.DataDir, masterKeyFile)
	keys, err := readMasterKeys(path)
	if err != nil || len(keys) == 1 {
		return 0, err
	}
	return len(keys) - 1, writeMasterKeys(path, keys[:1])
}

// writeMasterKeys replaces the file, whole or not at all: half a key would lose everything.
func writeMasterKeys(path string, keys []secret.String) error {
	var text strings.Builder
	for _, k := range keys {
		text.WriteString(k.Reveal() + "\n")
	}
	f, err := os.CreateTemp(filepath.Dir(path), masterKeyFile+".*") // mode 0600
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(f.Name()) }()
	_, err = f.WriteString(text.String())
	if err := errors.Join(err, inherit(f, path), f.Sync(), f.Close()); err != nil {
		return err
	}
	if err := os.Rename(f.Name(), path); err != nil {
		return err
	}
	dir, err := os.Open(filepath.Dir(path))
	if err != nil {
		return err
	}
	return errors.Join(dir.Sync(), dir.Close())
}
