// What the conformance driver needs of this package and what it does not export:
// making reports without asking for a config and without uploading. Everything
// here calls what Run calls, in its order.
//
// tests/support/go.rs puts this file into a copy of internal/upload.

package upload

import (
	"errors"
	"fmt"
	"io"
	"log"
	"time"

	"golang.org/x/telemetry/internal/telemetry"
)

// Report does what Run does in the directory at the time now, up to uploading.
// It has the config that newUploader would have downloaded; nil means that the
// download failed.
func Report(directory string, now time.Time, config *telemetry.UploadConfig, version string) (err error) {
	defer func() {
		if cause := recover(); cause != nil {
			err = fmt.Errorf("upload recover: %v", cause)
		}
	}()
	u := &uploader{
		config:        config,
		configVersion: version,
		dir:           telemetry.NewDir(directory),
		startTime:     now,
		logger:        log.New(io.Discard, "", 0),
	}
	if mode, _ := u.dir.Mode(); mode != "on" {
		u.config = &telemetry.UploadConfig{}
		u.configVersion = "v0.0.0-0"
	}
	if u.config == nil {
		return errors.New("no config could be downloaded")
	}
	todo := u.findWork()
	_, err = u.reports(&todo)
	return err
}
