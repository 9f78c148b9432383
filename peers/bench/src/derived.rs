//! What a program without a generator decodes into: types with derived code.

use serde::Deserialize;

/// `asset.created` as derived code would have it.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AssetCreated {
    #[serde(default)]
    pub event_type: String,
    pub event: Context,
    pub asset: Asset,
}

#[derive(Deserialize)]
pub struct Context {
    pub id: Option<String>,
    pub time: Option<String>,
    pub user: Option<User>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct User {
    pub id: Option<String>,
    pub first_name: Option<String>,
    pub last_name: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Asset {
    pub id: String,
    pub filename: Option<String>,
    pub metadata_template: Option<Template>,
    pub security_templates: Option<Vec<Template>>,
}

#[derive(Deserialize)]
pub struct Template {
    pub id: Option<String>,
    pub name: Option<String>,
}

/// Two passes: the event type alone, then the payload.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Head {
    pub event_type: String,
}

/// One enum of all event types. Each has the same payload here, which is as much work as the right one.
macro_rules! tagged {
    ($($variant:ident $name:literal)+) => {
        #[derive(Deserialize)]
        #[serde(tag = "eventType")]
                pub enum Tagged {
            $(#[serde(rename = $name)] $variant(AssetCreated),)+
        }
    };
}

tagged! {
    AssetCreated "asset.created"
    AssetDeleted "asset.deleted"
    AssetDownloaded "asset.downloaded"
    AssetPurged "asset.purged"
    AssetRenditionsCreated "asset.renditions.created"
    AssetShared "asset.shared"
    AssetSecurityUpdated "asset.security.updated"
    AssetMetadataUpdated "asset.metadata.updated"
    AssetRestored "asset.restored"
    CollectionCreated "collection.created"
    CollectionUpdated "collection.updated"
    CollectionDeleted "collection.deleted"
    CollectionShared "collection.shared"
    CollectionDownloaded "collection.downloaded"
    CollectionAssetsUpdated "collection.assets.updated"
    CollectionMetadataUpdated "collection.metadata.updated"
    CollectionSecurityUpdated "collection.security.updated"
    MetadataTemplateUpdated "metadata.template.updated"
    MetadataGroupDeleted "metadata.group.deleted"
    MetadataVocabularyCreated "metadata.vocabulary.created"
    MetadataVocabularyUpdated "metadata.vocabulary.updated"
    MetadataVocabularyDeleted "metadata.vocabulary.deleted"
    RequestCreated "request.created"
    RelationshipCreated "relationship.created"
    RelationshipUpdated "relationship.updated"
    RelationshipDeleted "relationship.deleted"
    RmProjectCreated "rm.project.created"
    RmProjectUpdated "rm.project.updated"
    RmProjectDeleted "rm.project.deleted"
    RmAgreementCreated "rm.agreement.created"
    RmAgreementUpdated "rm.agreement.updated"
    RmAgreementDeleted "rm.agreement.deleted"
    RmAgreementExpired "rm.agreement.expired"
    RmEntityCreated "rm.entity.created"
    RmEntityUpdated "rm.entity.updated"
    RmEntityDeleted "rm.entity.deleted"
    SecurityGroupCreated "security.group.created"
    SecurityTemplateCreated "security.template.created"
    SecurityTemplateUpdated "security.template.updated"
    StoryboardCreated "storyboard.created"
    StoryboardUpdated "storyboard.updated"
    StoryboardDeleted "storyboard.deleted"
    StoryboardShared "storyboard.shared"
    UserCreated "user.created"
    UserUpdated "user.updated"
    VersionCreated "version.created"
    VersionPromoted "version.promoted"
    AssetMetadata "asset.metadata"
    AssetRenditions "asset.renditions"
    AssetSecurity "asset.security"
    CollectionAssets "collection.assets"
    CollectionMetadata "collection.metadata"
    CollectionSecurity "collection.security"
    MetadataGroup "metadata.group"
    MetadataTemplate "metadata.template"
    MetadataVocabulary "metadata.vocabulary"
    RmAgreement "rm.agreement"
    RmEntity "rm.entity"
    RmProject "rm.project"
    SecurityGroup "security.group"
    SecurityTemplate "security.template"
}
