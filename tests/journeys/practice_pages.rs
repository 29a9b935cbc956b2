//! The sandbox's own pages in a real browser, where no window of Gantry's is needed to get there.

use journeys::{browser::Browser, desktop::Desktop, sandbox::Sandbox};

#[tokio::test(flavor = "multi_thread")]
async fn a_person_makes_a_tag_manager_account_on_the_practice_page() {
    let desktop = Desktop::without_keyring();
    let sandbox = Sandbox::start(&desktop, "owner");
    let browser = Browser::start(&desktop).await;
    let (client, page) = (&browser.page.client, &browser.page);
    let address = format!("{}/tagmanager.google.com/#/admin/accounts/create", sandbox.base_url);
    client.goto(&address).await.unwrap();
    page.click("//label[contains(., 'noor.haddad')]", "her account").await;
    page.press("Continue").await;
    page.see("You have no Tag Manager account yet.").await;
    page.fill("Account name", "Noor’s <Flowers>").await;
    // Without the terms the browser does not even send the form.
    page.press("Create").await;
    page.see("You have no Tag Manager account yet.").await;
    page.click("//input[@name='terms']", "the terms").await;
    page.press("Create").await;
    page.see("The account Noor’s <Flowers> was created.").await;
    // The cookie knows her now, and a reload has made no other.
    client.refresh().await.unwrap();
    client
        .goto(&format!("{}/tagmanager.google.com/", sandbox.base_url))
        .await
        .unwrap();
    page.see("Your accounts").await;
    assert_eq!(page.text().await.matches("Noor’s <Flowers>").count(), 1);
    browser.close().await;
}
