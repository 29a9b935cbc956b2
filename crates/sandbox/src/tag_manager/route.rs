//! From a request to the method it calls, its RPC name and the scopes that allow it (discovery document).
use super::kinds::Kind;

const READ: &[&str] = &["tagmanager.readonly", "tagmanager.edit.containers"];
const READ_VERSIONS: &[&str] = &[
    "tagmanager.readonly",
    "tagmanager.edit.containers",
    "tagmanager.edit.containerversions",
];
const READ_ACCOUNTS: &[&str] = &[
    "tagmanager.readonly",
    "tagmanager.edit.containers",
    "tagmanager.manage.accounts",
];
const MANAGE_ACCOUNTS: &[&str] = &["tagmanager.manage.accounts"];
const EDIT: &[&str] = &["tagmanager.edit.containers"];
const VERSIONS: &[&str] = &["tagmanager.edit.containerversions"];
const PUBLISH: &[&str] = &["tagmanager.publish"];
const DELETE: &[&str] = &["tagmanager.delete.containers"];

/// A method of the API. Ids stay in the path, at fixed places.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    ListAccounts,
    GetAccount,
    UpdateAccount,
    CreateContainer,
    GetContainer,
    ListContainers,
    UpdateContainer,
    DeleteContainer,
    LookupContainer,
    SnippetContainer,
    CreateWorkspace,
    GetWorkspace,
    ListWorkspaces,
    UpdateWorkspace,
    DeleteWorkspace,
    GetWorkspaceStatus,
    BulkUpdate,
    SyncWorkspace,
    ResolveConflict,
    QuickPreview,
    CreateVersion,
    CreateEntity(Kind),
    GetEntity(Kind),
    ListEntities(Kind),
    UpdateEntity(Kind),
    DeleteEntity(Kind),
    RevertEntity(Kind),
    FolderEntities,
    MoveToFolder,
    CreateBuiltIns,
    ListBuiltIns,
    DeleteBuiltIns,
    RevertBuiltIn,
    GetVersion,
    LiveVersion,
    UpdateVersion,
    DeleteVersion,
    UndeleteVersion,
    PublishVersion,
    SetLatestVersion,
    ListHeaders,
    LatestHeader,
}

/// Where a path after `/tagmanager/v2/` leads; `verb` is what follows a colon in its last segment.
pub fn method(http: &str, path: &[&str], verb: Option<&str>) -> Option<Method> {
    use Method as M;
    Some(match (http, path, verb) {
        ("GET", ["accounts"], None) => M::ListAccounts,
        ("GET", ["accounts", "containers"], Some("lookup")) => M::LookupContainer,
        ("GET", ["accounts", _], None) => M::GetAccount,
        ("PUT", ["accounts", _], None) => M::UpdateAccount,
        ("POST", ["accounts", _, "containers"], None) => M::CreateContainer,
        ("GET", ["accounts", _, "containers"], None) => M::ListContainers,
        ("GET", ["accounts", _, "containers", _], None) => M::GetContainer,
        ("PUT", ["accounts", _, "containers", _], None) => M::UpdateContainer,
        ("DELETE", ["accounts", _, "containers", _], None) => M::DeleteContainer,
        ("GET", ["accounts", _, "containers", _], Some("snippet")) => M::SnippetContainer,
        (http, ["accounts", _, "containers", _, rest @ ..], verb) => return in_container(http, rest, verb),
        _ => return None,
    })
}

fn in_container(http: &str, path: &[&str], verb: Option<&str>) -> Option<Method> {
    use Method as M;
    Some(match (http, path, verb) {
        ("POST", ["workspaces"], None) => M::CreateWorkspace,
        ("GET", ["workspaces"], None) => M::ListWorkspaces,
        ("GET", ["workspaces", _], None) => M::GetWorkspace,
        ("PUT", ["workspaces", _], None) => M::UpdateWorkspace,
        ("DELETE", ["workspaces", _], None) => M::DeleteWorkspace,
        ("GET", ["workspaces", _, "status"], None) => M::GetWorkspaceStatus,
        ("POST", ["workspaces", _, "bulk_update"], None) => M::BulkUpdate,
        ("POST", ["workspaces", _], Some("sync")) => M::SyncWorkspace,
        ("POST", ["workspaces", _], Some("resolve_conflict")) => M::ResolveConflict,
        ("POST", ["workspaces", _], Some("quick_preview")) => M::QuickPreview,
        ("POST", ["workspaces", _], Some("create_version")) => M::CreateVersion,
        ("GET", ["versions"], Some("live")) => M::LiveVersion,
        ("GET", ["versions", _], None) => M::GetVersion,
        ("PUT", ["versions", _], None) => M::UpdateVersion,
        ("DELETE", ["versions", _], None) => M::DeleteVersion,
        ("POST", ["versions", _], Some("undelete")) => M::UndeleteVersion,
        ("POST", ["versions", _], Some("publish")) => M::PublishVersion,
        ("POST", ["versions", _], Some("set_latest")) => M::SetLatestVersion,
        ("GET", ["version_headers"], None) => M::ListHeaders,
        ("GET", ["version_headers"], Some("latest")) => M::LatestHeader,
        (http, ["workspaces", _, rest @ ..], verb) => return in_workspace(http, rest, verb),
        _ => return None,
    })
}

fn in_workspace(http: &str, path: &[&str], verb: Option<&str>) -> Option<Method> {
    use Method as M;
    Some(match (http, path, verb) {
        ("POST", ["built_in_variables"], None) => M::CreateBuiltIns,
        ("GET", ["built_in_variables"], None) => M::ListBuiltIns,
        ("DELETE", ["built_in_variables"], None) => M::DeleteBuiltIns,
        ("POST", ["built_in_variables"], Some("revert")) => M::RevertBuiltIn,
        ("POST", ["folders", _], Some("entities")) => M::FolderEntities,
        ("POST", ["folders", _], Some("move_entities_to_folder")) => M::MoveToFolder,
        (http, [segment, rest @ ..], verb) => {
            let kind = Kind::of_segment(segment)?;
            match (http, rest, verb) {
                ("POST", [], None) => M::CreateEntity(kind),
                ("GET", [], None) => M::ListEntities(kind),
                ("GET", [_], None) => M::GetEntity(kind),
                ("PUT", [_], None) => M::UpdateEntity(kind),
                ("DELETE", [_], None) => M::DeleteEntity(kind),
                ("POST", [_], Some("revert")) if kind != Kind::GtagConfig => M::RevertEntity(kind),
                _ => return None,
            }
        }
        _ => return None,
    })
}

impl Method {
    /// Scopes, any one of which allows the method.
    pub fn scopes(self) -> &'static [&'static str] {
        use Method as M;
        match self {
            M::ListAccounts | M::GetAccount => READ_ACCOUNTS,
            M::UpdateAccount => MANAGE_ACCOUNTS,
            M::GetContainer
            | M::ListContainers
            | M::LookupContainer
            | M::SnippetContainer
            | M::GetWorkspace
            | M::ListWorkspaces
            | M::GetWorkspaceStatus
            | M::GetEntity(_)
            | M::ListEntities(_)
            | M::FolderEntities
            | M::ListBuiltIns
            | M::LiveVersion
            | M::LatestHeader => READ,
            M::GetVersion | M::ListHeaders => READ_VERSIONS,
            M::DeleteContainer | M::DeleteWorkspace => DELETE,
            M::QuickPreview | M::CreateVersion | M::UpdateVersion | M::DeleteVersion | M::UndeleteVersion => VERSIONS,
            M::PublishVersion => PUBLISH,
            M::CreateContainer
            | M::UpdateContainer
            | M::CreateWorkspace
            | M::UpdateWorkspace
            | M::BulkUpdate
            | M::SyncWorkspace
            | M::ResolveConflict
            | M::CreateEntity(_)
            | M::UpdateEntity(_)
            | M::DeleteEntity(_)
            | M::RevertEntity(_)
            | M::MoveToFolder
            | M::CreateBuiltIns
            | M::DeleteBuiltIns
            | M::RevertBuiltIn
            | M::SetLatestVersion => EDIT,
        }
    }

    /// RPC name, as error details carry it.
    pub fn rpc(self) -> String {
        use Method as M;
        match self {
            M::CreateEntity(kind) => format!("Create{}", kind.rpc()),
            M::GetEntity(kind) => format!("Get{}", kind.rpc()),
            M::ListEntities(kind) => format!("List{}s", kind.rpc()),
            M::UpdateEntity(kind) => format!("Update{}", kind.rpc()),
            M::DeleteEntity(kind) => format!("Delete{}", kind.rpc()),
            M::RevertEntity(kind) => format!("Revert{}", kind.rpc()),
            M::SnippetContainer => "GetContainerSnippet".to_owned(),
            M::BulkUpdate => "BulkUpdateWorkspace".to_owned(),
            M::CreateVersion => "CreateContainerVersion".to_owned(),
            M::FolderEntities => "GetFolderEntities".to_owned(),
            M::MoveToFolder => "MoveEntitiesToFolder".to_owned(),
            M::CreateBuiltIns => "CreateBuiltInVariable".to_owned(),
            M::ListBuiltIns => "ListEnabledBuiltInVariables".to_owned(),
            M::DeleteBuiltIns => "DeleteBuiltInVariable".to_owned(),
            M::RevertBuiltIn => "RevertBuiltInVariable".to_owned(),
            M::GetVersion => "GetContainerVersion".to_owned(),
            M::LiveVersion => "GetLiveContainerVersion".to_owned(),
            M::UpdateVersion => "UpdateContainerVersion".to_owned(),
            M::DeleteVersion => "DeleteContainerVersion".to_owned(),
            M::UndeleteVersion => "UndeleteContainerVersion".to_owned(),
            M::PublishVersion => "PublishContainerVersion".to_owned(),
            M::SetLatestVersion => "SetLatestContainerVersion".to_owned(),
            M::ListHeaders => "ListContainerVersionHeaders".to_owned(),
            M::LatestHeader => "GetLatestContainerVersionHeader".to_owned(),
            plain => format!("{plain:?}"),
        }
    }
}
