package app

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/bodhi-gateway/bodhi/app/secret"
)

// masterKeyFile is where the embedded mode keeps its key. Whoever has it and the database can read every secret, so a
// backup of one without the other is worthless, and a backup of both must be kept safe.
const masterKeyFile = "master.key"

// LoadMasterKey gives the key that encrypts secrets at rest, in base64 for secret.NewMaster: the configured one, else,
// with the embedded database only, the one in the data directory, made there on first use (created tells). random nil
// means the system's. With a database server the key must be configured: nodes share it, and a data directory that is
// lost with its container would take every secret along. others are those that only open.
func (c Config) LoadMasterKey(random io.Reader) (key secret.String, others []secret.String, created bool, err error) {
	if !c.MasterKey.IsEmpty() {
		return c.MasterKey, c.otherMasterKeys(), false, nil
	}
	if !c.Embedded() {
		return secret.String{}, nil, false, errors.New("config: BODHI_MASTER_KEY: it is required with PostgreSQL; make one with: openssl rand -base64 32")
	}
	path := filepath.Join(c.DataDir, masterKeyFile)
	keys, err := readMasterKeys(path)
	if errors.Is(err, fs.ErrNotExist) {
		if created, err = createMasterKey(path, random); err != nil {
			return secret.String{}, nil, false, fmt.Errorf("config: cannot create the master key in BODHI_DATA_DIR: %w", err)
		}
		keys, err = readMasterKeys(path)
	}
	if err != nil {
		return secret.String{}, nil, false, err
	}
	return keys[0], keys[1:], created, nil
}

func (c Config) otherMasterKeys() (out []secret.String) {
	for _, text := range strings.FieldsFunc(c.OtherMasterKeys.Reveal(), func(r rune) bool { return r == ',' || r == ' ' || r == '\n' }) {
		out = append(out, secret.New(text))
	}
	return out
}

// ownsMasterKey reports whether the key is in a file of ours, which rotate-kek may write.
func (c Config) ownsMasterKey() bool { return c.MasterKey.IsEmpty() && c.Embedded() }

// readMasterKeys reads the file: a key a line, the first seals, those after it only open.
func readMasterKeys(path string) ([]secret.String, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, fmt.Errorf("config: master key: %w", err)
	}
	if info.Mode().Perm()&0o077 != 0 {
		return nil, fmt.Errorf("config: %s can be read by other users (mode %04o); run: chmod 600 %s", path, info.Mode().Perm(), path)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("config: master key: %w", err)
	}
	lines := strings.Fields(string(text))
	keys := make([]secret.String, max(1, len(lines))) // an empty file is one bad key
	for i, line := range lines {
		keys[i] = secret.New(line)
	}
	if _, err := secret.NewMaster(keys[0], keys[1:]...); err != nil {
		return nil, fmt.Errorf("config: %s: %w; restore it from a backup, as secrets cannot be read without it", path, err)
	}
	return keys, nil
}

// createMasterKey writes a fresh key. Two processes may start at once: each writes its own file, and linking it into
// place lets one win.
func createMasterKey(path string, random io.Reader) (bool, error) {
	key, err := secret.GenerateMaster(random)
	if err != nil {
		return false, err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return false, err
	}
	f, err := os.CreateTemp(filepath.Dir(path), masterKeyFile+".*") // mode 0600
	if err != nil {
		return false, err
	}
	defer func() { _ = os.Remove(f.Name()) }()
	_, err = f.WriteString(key.Reveal() + "\n")
	if err := errors.Join(err, f.Sync(), f.Close()); err != nil {
		return false, err
	}
	err = os.Link(f.Name(), path)
	if errors.Is(err, fs.ErrExist) {
		return false, nil
	}
	return err == nil, err
}
