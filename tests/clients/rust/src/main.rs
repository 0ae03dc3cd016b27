//! upload, create, poll, download with the crate; prints the result's path.
//! usage: errand BASE_URL PHOTO OUT
use magic_hour::models::*;
use magic_hour::resources::v1::{files::upload_urls, image_background_remover, image_projects};

type Outcome = Result<(), Box<dyn std::error::Error>>;

#[tokio::main]
async fn main() -> Outcome {
    let args: Vec<String> = std::env::args().collect();
    let (base, photo, out) = (&args[1], &args[2], &args[3]);
    let mut client = magic_hour::Client::default()
        .with_environment(base)
        .with_bearer_auth("mhk_live_client");
    let slots = client
        .v1()
        .files()
        .upload_urls()
        .create(upload_urls::CreateRequest {
            items: vec![V1FilesUploadUrlsCreateBodyItemsItem {
                extension: photo.rsplit('.').next().unwrap_or("").to_string(),
                type_: V1FilesUploadUrlsCreateBodyItemsItemTypeEnum::Image,
            }],
        })
        .await?;
    let plain = reqwest::Client::new();
    plain
        .put(&slots.items[0].upload_url)
        .body(std::fs::read(photo)?)
        .send()
        .await?
        .error_for_status()?;
    let made = client
        .v1()
        .image_background_remover()
        .create(image_background_remover::CreateRequest {
            assets: V1ImageBackgroundRemoverCreateBodyAssets {
                background_image_file_path: None,
                image_file_path: slots.items[0].file_path.clone(),
            },
            name: Some("from crates.io".to_string()),
        })
        .await?;
    assert_eq!((made.frame_cost, made.credits_charged), (0, 0));
    for _ in 0..600 {
        let project = client
            .v1()
            .image_projects()
            .get(image_projects::GetRequest { id: made.id.clone() })
            .await?;
        match project.status.to_string().as_str() {
            "queued" | "rendering" => {}
            "complete" => {
                let bytes = plain.get(&project.downloads[0].url).send().await?.bytes().await?;
                std::fs::write(out, &bytes)?;
                client
                    .v1()
                    .image_projects()
                    .delete(image_projects::DeleteRequest { id: made.id })
                    .await?;
                println!("{out}");
                return Ok(());
            }
            other => return Err(format!("ended as {other}").into()),
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    Err("never finished".into())
}
