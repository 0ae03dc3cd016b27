// Errand does upload, create, poll, download with the Go module; it prints the
// result's path. usage: errand BASE_URL PHOTO OUT
package main

import (
	"bytes"
	"fmt"
	"io"
	"log"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	sdk "github.com/magichourhq/magic-hour-go/client"
	nullable "github.com/magichourhq/magic-hour-go/nullable"
	upload_urls "github.com/magichourhq/magic-hour-go/resources/v1/files/upload_urls"
	image_background_remover "github.com/magichourhq/magic-hour-go/resources/v1/image_background_remover"
	image_projects "github.com/magichourhq/magic-hour-go/resources/v1/image_projects"
	types "github.com/magichourhq/magic-hour-go/types"
)

func must(err error) {
	if err != nil {
		log.Fatal(err)
	}
}

func main() {
	base, photo, out := os.Args[1], os.Args[2], os.Args[3]
	client := sdk.NewClient(sdk.WithBaseURL(base), sdk.WithBearerAuth("mhk_live_client"))
	slots, err := client.V1.Files.UploadUrls.Create(upload_urls.CreateRequest{
		Items: []types.V1FilesUploadUrlsCreateBodyItemsItem{{
			Extension: strings.TrimPrefix(filepath.Ext(photo), "."),
			Type:      types.V1FilesUploadUrlsCreateBodyItemsItemTypeEnumImage,
		}},
	})
	must(err)
	picture, err := os.ReadFile(photo)
	must(err)
	put, err := http.NewRequest(http.MethodPut, slots.Items[0].UploadUrl, bytes.NewReader(picture))
	must(err)
	stored, err := http.DefaultClient.Do(put)
	must(err)
	if stored.StatusCode != http.StatusOK {
		log.Fatalf("PUT: %s", stored.Status)
	}
	made, err := client.V1.ImageBackgroundRemover.Create(image_background_remover.CreateRequest{
		Assets: types.V1ImageBackgroundRemoverCreateBodyAssets{ImageFilePath: slots.Items[0].FilePath},
		Name:   nullable.NewValue("from Go"),
	})
	must(err)
	for tries := 0; tries < 600; tries++ {
		project, err := client.V1.ImageProjects.Get(image_projects.GetRequest{Id: made.Id})
		must(err)
		switch fmt.Sprint(project.Status) {
		case "queued", "rendering":
			time.Sleep(50 * time.Millisecond)
		case "complete":
			result, err := http.Get(project.Downloads[0].Url)
			must(err)
			picture, err := io.ReadAll(result.Body)
			must(err)
			must(os.WriteFile(out, picture, 0o600))
			must(client.V1.ImageProjects.Delete(image_projects.DeleteRequest{Id: made.Id}))
			fmt.Println(out)
			return
		default:
			log.Fatalf("ended as %v", project.Status)
		}
	}
	log.Fatal("never finished")
}
