// What the driver needs of this package and what it does not export: an uploader
// whose upload config is at hand. Run gets its config with "go mod download";
// all else is Run's.
//
// tests/support/go.rs puts this file into a copy of internal/upload.

package upload

import (
	"fmt"
	"log"

	"golang.org/x/telemetry/internal/telemetry"
)

// RunWith is the function Run with this config, which is used where Run would
// get one: in mode on.
func RunWith(rcfg RunConfig, config *telemetry.UploadConfig, version string) (err error) {
	defer func() {
		// Run writes this to the log and goes on.
		if cause := recover(); cause != nil {
			err = fmt.Errorf("upload recover: %v", cause)
		}
	}()
	dir := telemetry.NewDir(rcfg.TelemetryDir)
	if mode, _ := dir.Mode(); mode != "on" {
		config, version = &telemetry.UploadConfig{}, "v0.0.0-0"
	}
	uploader := &uploader{
		config:          config,
		configVersion:   version,
		dir:             dir,
		uploadServerURL: rcfg.UploadURL,
		startTime:       rcfg.StartTime,
		logger:          log.New(rcfg.LogWriter, "", 0),
	}
	return uploader.Run()
}
