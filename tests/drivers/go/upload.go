// Go's own uploader over a telemetry directory, with a config, a clock and, where
// a test asks for it, an X of the test's.

package main

import (
	"crypto/rand"
	"encoding/json"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"golang.org/x/telemetry/internal/telemetry"
	"golang.org/x/telemetry/internal/upload"
)

// runUploader makes and sends reports as Go's programs do. args are the
// telemetry directory, the URL, the config or a directory with a config.json, its
// version, the present time ("now" for that of the clock) and, if it is not to
// be drawn, X. What the uploader logs goes to stdout.
func runUploader(args []string) error {
	if len(args) == 6 {
		x, err := strconv.ParseFloat(args[5], 64)
		if err != nil {
			return err
		}
		source, err := drawing(x)
		if err != nil {
			return err
		}
		rand.Reader = source
	}
	config, err := configAt(args[2])
	if err != nil {
		return err
	}
	now := time.Now().UTC()
	if args[4] != "now" {
		if now, err = time.Parse(time.RFC3339, args[4]); err != nil {
			return err
		}
	}
	return upload.RunWith(upload.RunConfig{
		TelemetryDir: args[0],
		UploadURL:    args[1],
		LogWriter:    os.Stdout,
		StartTime:    now,
	}, config, args[3])
}

func configAt(path string) (*telemetry.UploadConfig, error) {
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		path = filepath.Join(path, "config.json")
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	config := new(telemetry.UploadConfig)
	return config, json.Unmarshal(text, config)
}
