//! Methods that only set or return a member: many, and the same but for the names.

/// Methods that change the value and return it. Each is written as the change alone.
macro_rules! setters {
    (
        $type:ident $(<$life:lifetime>)?:
        $($(#[$meta:meta])* $vis:vis fn $name:ident($self:ident $(, $value:ident: $of:ty)+) { $change:expr })+
    ) => {
        #[allow(single_use_lifetimes, reason = "no argument may have the type's lifetime")]
        impl $(<$life>)? $type $(<$life>)? {
            $(
                $(#[$meta])*
                $vis fn $name(mut $self $(, $value: $of)+) -> Self {
                    $change;
                    $self
                }
            )+
        }
    };
}

/// Methods that return a member.
macro_rules! getters {
    (
        $type:ident $(<$life:lifetime>)?:
        $($(#[$meta:meta])* $vis:vis fn $name:ident(&$self:ident) -> $of:ty { $member:expr })+
    ) => {
        impl $(<$life>)? $type $(<$life>)? {
            $(
                $(#[$meta])*
                $vis fn $name(&$self) -> $of {
                    $member
                }
            )+
        }
    };
}
