//! Resources as Tag Manager shows them: own fields plus ids, path, fingerprint and the link into its web interface.
use base64::Engine as _;
use serde_json::{Map, Value, json};

use super::built_ins;
use super::kinds::Kind;
use super::model::{Account, Container, Content, Fields, Version, Workspace};

/// `accounts/A/containers/C` with ids, as a prefix of everything inside.
#[derive(Debug, Clone, Copy)]
pub struct Place {
    pub account: u64,
    pub container: u64,
}

impl Place {
    fn path(self) -> String {
        format!("accounts/{}/containers/{}", self.account, self.container)
    }

    fn url(self, rest: &str) -> String {
        format!("https://tagmanager.google.com/#/container/{}{rest}", self.path())
    }
}

impl Container {
    /// Where it is.
    pub fn place(&self) -> Place {
        Place {
            account: self.account_id,
            container: self.id,
        }
    }
}

/// Account resource.
pub fn account(account: &Account) -> Value {
    json!({
        "path": format!("accounts/{}", account.id),
        "accountId": account.id.to_string(),
        "name": account.name,
        "shareData": account.share_data,
        "fingerprint": account.fingerprint.to_string(),
        "features": { "supportUserPermissions": true, "supportMultipleContainers": true },
        "tagManagerUrl": format!("https://tagmanager.google.com/#/admin?accountId={}", account.id),
    })
}

/// Container resource.
pub fn container(container: &Container) -> Value {
    let place = container.place();
    let server = container.is_server();
    let web = container
        .fields
        .get("usageContext")
        .and_then(Value::as_array)
        .is_some_and(|uses| uses.iter().any(|usage| usage == "web" || usage == "amp"));
    let mut shown = Map::new();
    shown.insert("path".to_owned(), place.path().into());
    shown.insert("accountId".to_owned(), place.account.to_string().into());
    shown.insert("containerId".to_owned(), place.container.to_string().into());
    shown.extend(container.fields.clone());
    shown.insert("publicId".to_owned(), container.public_id.clone().into());
    shown.insert("tagIds".to_owned(), json!([container.public_id]));
    shown.insert("fingerprint".to_owned(), container.fingerprint.to_string().into());
    shown.insert(
        "tagManagerUrl".to_owned(),
        place.url("/workspaces?apiLink=container").into(),
    );
    shown.insert(
        "features".to_owned(),
        json!({
            "supportUserPermissions": true,
            "supportEnvironments": true,
            "supportWorkspaces": true,
            "supportGtagConfigs": false,
            "supportBuiltInVariables": true,
            "supportClients": server,
            "supportFolders": true,
            "supportTags": true,
            "supportTemplates": web || server,
            "supportTriggers": true,
            "supportVariables": true,
            "supportVersions": true,
            "supportZones": web,
            "supportTransformations": server,
        }),
    );
    Value::Object(shown)
}

/// Workspace resource.
pub fn workspace(place: Place, workspace: &Workspace) -> Value {
    let mut shown = json!({
        "path": format!("{}/workspaces/{}", place.path(), workspace.id),
        "accountId": place.account.to_string(),
        "containerId": place.container.to_string(),
        "workspaceId": workspace.id.to_string(),
        "name": workspace.name,
        "description": workspace.description,
        "fingerprint": workspace.fingerprint.to_string(),
        "tagManagerUrl": place.url(&format!("/workspaces/{}?apiLink=workspace", workspace.id)),
    });
    drop_empty(&mut shown, "description");
    shown
}

/// An entity inside a workspace.
pub fn entity(place: Place, workspace: u64, kind: Kind, id: u64, fields: &Fields) -> Value {
    let path = format!("{}/workspaces/{workspace}/{}/{id}", place.path(), kind.segment());
    let mut shown = Map::new();
    shown.insert("path".to_owned(), path.into());
    shown.insert("accountId".to_owned(), place.account.to_string().into());
    shown.insert("containerId".to_owned(), place.container.to_string().into());
    shown.insert("workspaceId".to_owned(), workspace.to_string().into());
    shown.insert(kind.id_field().to_owned(), id.to_string().into());
    shown.extend(fields.as_ref().clone());
    let link = format!(
        "/workspaces/{workspace}/{}/{id}?apiLink={}",
        kind.segment(),
        kind.list_key()
    );
    shown.insert("tagManagerUrl".to_owned(), place.url(&link).into());
    Value::Object(shown)
}

/// An enabled built-in variable inside a workspace.
pub fn built_in(place: Place, workspace: Option<u64>, kind: &str) -> Value {
    let mut shown = Map::new();
    if let Some(workspace) = workspace {
        let path = format!("{}/workspaces/{workspace}/built_in_variables", place.path());
        shown.insert("path".to_owned(), path.into());
    }
    shown.insert("accountId".to_owned(), place.account.to_string().into());
    shown.insert("containerId".to_owned(), place.container.to_string().into());
    if let Some(workspace) = workspace {
        shown.insert("workspaceId".to_owned(), workspace.to_string().into());
    }
    shown.insert("type".to_owned(), kind.into());
    shown.insert("name".to_owned(), built_ins::name(kind).into());
    Value::Object(shown)
}

/// Container version with its whole content.
pub fn version(holder: &Value, place: Place, version: &Version) -> Value {
    let mut shown = Map::new();
    shown.insert(
        "path".to_owned(),
        format!("{}/versions/{}", place.path(), version.id).into(),
    );
    shown.insert("accountId".to_owned(), place.account.to_string().into());
    shown.insert("containerId".to_owned(), place.container.to_string().into());
    shown.insert("containerVersionId".to_owned(), version.id.to_string().into());
    shown.insert("name".to_owned(), version.name.clone().into());
    shown.insert("description".to_owned(), version.description.clone().into());
    if version.deleted {
        shown.insert("deleted".to_owned(), true.into());
    }
    shown.insert("container".to_owned(), holder.clone());
    for kind in Kind::ALL {
        let list: Vec<Value> = version
            .content
            .of(kind)
            .map(|(id, fields)| versioned(place, kind, id, fields))
            .collect();
        if !list.is_empty() {
            shown.insert(kind.version_key().to_owned(), list.into());
        }
    }
    if !version.content.built_ins.is_empty() {
        let list: Vec<Value> = version
            .content
            .built_ins
            .iter()
            .map(|kind| built_in(place, None, kind))
            .collect();
        shown.insert("builtInVariable".to_owned(), list.into());
    }
    shown.insert("fingerprint".to_owned(), version.fingerprint.to_string().into());
    shown.insert(
        "tagManagerUrl".to_owned(),
        format!(
            "https://tagmanager.google.com/#/versions/{}/versions/{}?apiLink=version",
            place.path(),
            version.id
        )
        .into(),
    );
    let mut shown = Value::Object(shown);
    drop_empty(&mut shown, "name");
    drop_empty(&mut shown, "description");
    shown
}

fn versioned(place: Place, kind: Kind, id: u64, fields: &Fields) -> Value {
    let mut shown = Map::new();
    shown.insert("accountId".to_owned(), place.account.to_string().into());
    shown.insert("containerId".to_owned(), place.container.to_string().into());
    shown.insert(kind.id_field().to_owned(), id.to_string().into());
    shown.extend(fields.as_ref().clone());
    Value::Object(shown)
}

/// Version header: counts only, as strings, zeros included.
pub fn header(place: Place, id: u64, name: &str, deleted: bool, content: &Content) -> Value {
    let mut shown = Map::new();
    shown.insert(
        "path".to_owned(),
        format!("{}/version_headers/{id}", place.path()).into(),
    );
    shown.insert("accountId".to_owned(), place.account.to_string().into());
    shown.insert("containerId".to_owned(), place.container.to_string().into());
    shown.insert("containerVersionId".to_owned(), id.to_string().into());
    if deleted {
        shown.insert("deleted".to_owned(), true.into());
    }
    if !name.is_empty() {
        shown.insert("name".to_owned(), name.into());
    }
    for kind in Kind::ALL {
        if let Some(field) = kind.header_count() {
            shown.insert(field.to_owned(), content.of(kind).count().to_string().into());
        }
    }
    Value::Object(shown)
}

/// The tagging snippet (web) or the configuration string (server).
pub fn snippet(container: &Container) -> Value {
    let id = &container.public_id;
    if container.is_server() {
        let config = format!("id={id}&env=1&auth=sandbox-{}", container.id);
        let config = base64::engine::general_purpose::STANDARD.encode(config);
        return json!({ "containerConfig": config });
    }
    let snippet = format!(
        "<!-- Google Tag Manager -->\n<script>(function(w,d,s,l,i){{w[l]=w[l]||[];w[l].push({{'gtm.start':\n\
         new Date().getTime(),event:'gtm.js'}});var f=d.getElementsByTagName(s)[0],\n\
         j=d.createElement(s),dl=l!='dataLayer'?'&l='+l:'';j.async=true;j.src=\n\
         'https://www.googletagmanager.com/gtm.js?id='+i+dl;f.parentNode.insertBefore(j,f);\n\
         }})(window,document,'script','dataLayer','{id}');</script>\n<!-- End Google Tag Manager -->\n\n\
         <!-- Google Tag Manager (noscript) -->\n<noscript><iframe \
         src=\"https://www.googletagmanager.com/ns.html?id={id}\"\nheight=\"0\" width=\"0\" \
         style=\"display:none;visibility:hidden\"></iframe></noscript>\n<!-- End Google Tag Manager (noscript) -->"
    );
    json!({ "snippet": snippet })
}

/// Proto JSON leaves default values out.
fn drop_empty(value: &mut Value, key: &str) {
    if let Some(object) = value.as_object_mut()
        && object.get(key).is_some_and(|value| value == "")
    {
        object.shift_remove(key);
    }
}
